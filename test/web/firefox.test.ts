// The playground in Firefox: what a visitor does by pointer, fields and files.

import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { openInFirefox } from "../browser/firefox.ts";
import { serve } from "../browser/server.ts";
import { hashAt, openPage, servePlayground, site } from "./page.ts";

servePlayground();

it("points, a file and drawings are learned, steps and weights come back, and what is pressed moves and stops", async (context) => {
  const page = `<!doctype html><meta charset="utf-8"><title>kobai</title><iframe src="/index.html#/train?lang=en&data=points" width="1000" height="800"></iframe>
    <script type="module">${readFileSync("test/web/firefox-visit.js", "utf8")}</script>`;
  const server = await serve({ isolated: true, root: site.root, page });
  const firefox = openInFirefox(server.url, context);
  try {
    const { address, trained, ...found } = JSON.parse(await Promise.race([server.posted, firefox.ended]));
    expect(found).toEqual({
      problems: [],
      again: true,
      loaded: true,
      stopped: true,
      classes: ["even", "odd"],
      drawn: expect.stringMatching(/^\d+\.\d\d %$/),
      tangent: true,
      raced: true,
    });
    // The same bits as in Chromium.
    const { page: other } = await openPage(site, address);
    expect(await hashAt(other, 80)).toBe(trained);
  } finally {
    await firefox.close();
    server.close();
  }
});
