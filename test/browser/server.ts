import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { text } from "node:stream/consumers";

const types: Readonly<Record<string, string>> = {
  ".css": "text/css",
  ".html": "text/html",
  ".js": "text/javascript",
  ".map": "application/json",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

/** Headers of an answer. */
export type Headers = Readonly<Record<string, string>>;

/** With these a page is cross-origin isolated, and may share memory with its workers. */
const isolating: Headers = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
  // A sandboxed page has an origin of its own.
  "access-control-allow-origin": "*",
};

const emptyPage = "<!doctype html><title>kobai</title>";

/** A server of pages. */
export interface Server {
  readonly url: string;
  /** Resolves to what a page sends first. */
  readonly posted: Promise<string>;
  close(): void;
}

/**
 * Serves the files below the project's root, and a page at "/", on a free port of this machine. An address may say what its answer is to be
 * like: "?policy=…" its Content-Security-Policy, "?type=…" its Content-Type.
 *
 * @param root another folder to serve
 * @param isolated whether pages are cross-origin isolated
 * @param page the page's text; an empty page where it is not given
 * @param policy the Content-Security-Policy of all answers that do not ask for another; default none
 */
export async function serve({
  root = process.cwd(),
  isolated = false,
  page = emptyPage,
  policy = "",
} = {}): Promise<Server> {
  let received: (body: string) => void;
  const posted = new Promise<string>((resolve) => {
    received = resolve;
  });
  const server = createServer(async (request, response) => {
    if (isolated) for (const [name, value] of Object.entries(isolating)) response.setHeader(name, value);
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
    const asked = searchParams.get("policy") ?? policy;
    if (asked !== "") response.setHeader("content-security-policy", asked);
    if (request.method === "POST") {
      received(await text(request));
      response.writeHead(204).end();
      return;
    }
    const path = normalize(pathname);
    if (path === "/" || path === "/favicon.ico") {
      response.writeHead(200, { "content-type": "text/html" }).end(page);
      return;
    }
    try {
      const file = path.endsWith("/") ? `${path}index.html` : path;
      const bytes = await readFile(join(root, file));
      const type = searchParams.get("type") ?? types[extname(file)] ?? "application/octet-stream";
      response.writeHead(200, { "content-type": type });
      response.end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, posted, close: () => void server.close() };
}
