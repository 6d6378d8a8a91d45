import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";

const types: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".map": "application/json",
  ".wasm": "application/wasm",
};

/** With these a page is cross-origin isolated, and may share memory with its workers. */
const isolating = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

/**
 * Serves the files below the project's root, and an empty page at "/", on a free port of this machine.
 *
 * @param options isolated: whether pages are cross-origin isolated; policy: their content security policy
 */
export async function serve({
  isolated = false,
  policy,
}: {
  isolated?: boolean;
  policy?: string;
} = {}): Promise<{ url: string; close(): void }> {
  const server = createServer(async ({ url = "/" }, response) => {
    if (isolated) for (const [name, value] of Object.entries(isolating)) response.setHeader(name, value);
    if (policy !== undefined) response.setHeader("content-security-policy", policy);
    const path = normalize(new URL(url, "http://localhost").pathname);
    if (path === "/" || path === "/favicon.ico") {
      response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>kobai</title>");
      return;
    }
    try {
      const bytes = await readFile(join(process.cwd(), path));
      response.writeHead(200, { "content-type": types[extname(path)] ?? "application/octet-stream" });
      response.end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, close: () => void server.close() };
}
