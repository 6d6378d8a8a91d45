// The playground where it comes over plain http: without threads, and without the browser's SHA-256, for which a file of its own is loaded.

import { expect, it } from "vitest";
import { launch } from "../browser/chromium.ts";
import { eventually, hashOf, openPage, servePlayground, site, train } from "./page.ts";

servePlayground();

it("trains to the same bits, and shows the same digest", async () => {
  const { page } = await openPage(site, "train?lang=en");
  await hashOf(page);
  await train(page);
  const trained = await hashOf(page);
  const browser = await launch("--host-resolver-rules=MAP playground.test 127.0.0.1");
  try {
    const plain = await browser.newPage();
    const asked: string[] = [];
    plain.on("request", (request) => asked.push(new URL(request.url()).pathname));
    const url = site.server.url.replace(/\/\/[^:/]+/, "//playground.test");
    await plain.goto(`${url}index.html#/train?lang=en`);
    expect(await plain.evaluate("isSecureContext")).toBe(false);
    await hashOf(plain);
    await train(plain);
    await eventually(() => hashOf(plain)).toBe(trained);
    expect(asked.filter((path) => path.includes("sha256"))).toHaveLength(1);
  } finally {
    await browser.close();
  }
});
