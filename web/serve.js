// Serves dist/ with the headers that isolate a page, so that it may have threads: node serve.js [PORT]

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize, sep } from "node:path";
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

const server = createServer(async (request, response) => {
  // Normalized, it cannot lead out of the folder.
  const asked = normalize(`/${request.url.split(/[?#]/, 1)[0]}`);
  const path = asked.endsWith(sep) ? `${asked}index.html` : asked;
  try {
    const bytes = await readFile(join(root, path));
    response.writeHead(200, {
      "content-type": types[extname(path)] ?? "application/octet-stream",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-embedder-policy": "require-corp",
      "cache-control": "no-cache",
      "content-length": bytes.length,
    });
    response.end(bytes);
  } catch {
    response.writeHead(404).end();
  }
});
server.listen(port, "127.0.0.1", () => console.log(`http://localhost:${server.address().port}/`));
