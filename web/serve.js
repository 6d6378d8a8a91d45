// Serves dist/ with the headers that isolate a page, so that it may have threads: node serve.js [PORT]

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const types = {
  ".css": "text/css",
  ".gz": "application/gzip",
  ".html": "text/html",
  ".js": "text/javascript",
  ".svg": "image/svg+xml",
};
const root = fileURLToPath(new URL("dist/", import.meta.url));
const port = Number(process.argv[2] ?? 8080);

createServer(async (request, response) => {
  const { pathname } = new URL(request.url, "http://localhost");
  // Normalized, it cannot lead out of the folder.
  const path = normalize(pathname.endsWith("/") ? `${pathname}index.html` : pathname);
  try {
    const bytes = await readFile(join(root, path));
    response.writeHead(200, {
      "content-type": types[extname(path)] ?? "application/octet-stream",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-embedder-policy": "require-corp",
      "cache-control": "no-cache",
    });
    response.end(bytes);
  } catch {
    response.writeHead(404).end();
  }
}).listen(port, "127.0.0.1", () => console.log(`http://localhost:${port}/`));
