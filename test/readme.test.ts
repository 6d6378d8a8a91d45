// The code of the READMEs: it compiles, it runs, and it prints what its comments say.

import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { launch } from "./browser/chromium.ts";
import { blocksOf, expectSameCode, programsOf, testPrograms } from "./documents.ts";

const programs = programsOf("README.md");

describe("README.md", () => {
  testPrograms("readme", programs);

  it("its page works in Chromium, with the built package", async () => {
    const [page] = blocksOf("README.md", "html");
    const browser = await launch();
    try {
      const tab = await browser.newPage();
      const site = "http://kobai.test";
      await tab.route(`${site}/**`, (route) => {
        const { pathname } = new URL(route.request().url());
        if (pathname === "/") return route.fulfill({ contentType: "text/html", body: page!.code });
        return route.fulfill({ path: resolve(pathname.replace("/node_modules/kobai/", "")) });
      });
      await tab.goto(site);
      await tab.waitForFunction('document.querySelector("#output").textContent !== ""');
      expect(await tab.textContent("#output")).toBe("XOR: 100 % right");
    } finally {
      await browser.close();
    }
  });
});

it("README.ja.md has the same code", () => expectSameCode("README.ja.md", "README.md"));

it("finds the blocks", () => expect(programs.length).toBeGreaterThanOrEqual(4));
