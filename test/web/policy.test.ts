// The playground on a host with the strictest usual policy: its scripts, workers and styles are files of its own.

import { availableParallelism } from "node:os";
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { serve } from "../browser/server.ts";
import { codeOf, eventually, inNode, openPage, servePlayground, site, stopAfter, train } from "./page.ts";

servePlayground();

const policy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'";

/** Functions that are waited for would be strings that become code, which the policy forbids. */
async function hashOf(page: Page): Promise<string> {
  const shown = () => page.textContent("[data-hash]");
  await eventually(shown).toMatch(/^[0-9a-f]{64}$/);
  return (await shown())!;
}

it.each([
  ["one thread", false],
  ["as many threads as cores where it is isolated", true],
] as const)("trains with %s to the bits of Node", async (_, isolated) => {
  const server = await serve({ root: site.root, policy, isolated });
  const { page, problems } = await openPage({ ...site, server }, "train?lang=en");
  const violations: string[] = [];
  await page.exposeFunction("violated", (what: string) => violations.push(what));
  await page.evaluate(`addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
    violated(violatedDirective + " " + blockedURI))`);
  await hashOf(page);
  await stopAfter(page, 60);
  await train(page);
  const threads = isolated ? Math.min(64, availableParallelism()) : 1;
  expect(await page.textContent("section[aria-label=State]")).toContain(`threads${threads}SHA`);
  const hash = await hashOf(page);
  expect(await codeOf(page)).toContain("steps: 60");
  expect(hash).toBe(await inNode(page));
  for (const part of ["gradient", "optimizers", "backpropagation", "layers"]) {
    await page.click(`nav a[href^='#/${part}']`);
    await page.waitForSelector(`nav a[aria-current][href^='#/${part}']`);
    await page.waitForSelector("main .card");
    await eventually(() => page.locator("[aria-busy]").count()).toBe(0);
  }
  await page.waitForSelector(".depth svg");
  expect([...problems, ...violations]).toEqual([]);
  await page.close();
  server.close();
});

it("such a policy is at work: a script in the page is not run", async () => {
  const server = await serve({ root: site.root, policy });
  const { page, problems } = await openPage({ ...site, server }, "gradient?lang=en");
  await page.evaluate(
    `document.head.append(Object.assign(document.createElement("script"), { textContent: "ran = 1" }))`,
  );
  await eventually(() => problems.join()).toContain("Content Security Policy");
  expect(await page.evaluate("globalThis.ran")).toBe(undefined);
  await page.close();
  server.close();
});
