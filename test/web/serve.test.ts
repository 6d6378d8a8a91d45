// The servers of the playground and of the example pages answer whatever they are asked.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { request } from "node:http";
import { expect, it } from "vitest";

/** What a server answers to paths as they are, not as an address would have them. */
async function answers(script: string, paths: readonly string[]): Promise<number[]> {
  const server = spawn(process.execPath, [script, "0"], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    const [line] = await once(server.stdout, "data");
    const port = Number(String(line).match(/:(\d+)\//)![1]);
    const found: number[] = [];
    for (const path of paths) {
      const asked = request({ port, path, host: "127.0.0.1" }).end();
      const [response] = await once(asked, "response");
      response.resume();
      found.push(response.statusCode);
    }
    return found;
  } finally {
    server.kill();
  }
}

it.each([
  ["web/serve.js", "web/dist/index.html"],
  ["examples/pages/serve.js", "examples/pages/threads.html"],
])("%s", async (script, page) => {
  const isThere = existsSync(page) ? 200 : 404;
  expect(
    await answers(script, [
      "//",
      "/../../package.json",
      "/%2e%2e/package.json",
      "/%",
      "http://[",
      `/${page.split("/").at(-1)}`,
    ]),
  ).toEqual([...(script.startsWith("web") ? [isThere] : [404]), 404, 404, 404, 404, isThere]);
});
