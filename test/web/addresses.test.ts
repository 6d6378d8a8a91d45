// Addresses of the playground that are damaged, or that lead elsewhere in the same tab: whatever they say, a page stands there.

import { expect, it } from "vitest";
import { eventually, hashOf, json, openPage, servePlayground, settled, site, visit } from "./page.ts";

servePlayground();

const nested = (depth: number): unknown =>
  depth === 0 ? { kind: "relu" } : { kind: "residual", layers: [nested(depth - 1)] };
const adam = { kind: "adam", lr: 0.01 };

/** What comes last of each part: some things need the engine. */
const lastOf = {
  gradient: "[data-outcome]",
  optimizers: "[data-height]",
  backpropagation: "svg text.halo",
  layers: ".depth svg",
};

it("addresses that cannot be: what is usual stands there", async () => {
  const { page, problems } = await openPage(site, "gradient?lang=en");
  for (const [what, address] of [
    ["data", "data=__proto__&init=constructor&theme=%ZZ"],
    ["numbers", "noise=1e999&seed=NaN&batch=-1&points=1_2_-3~NaN_1_2~1e9_0_1~0_0_1e9"],
    ["an optimizer", `optimizer=${json({ kind: "adam", lr: { kind: "cosine" }, with: 7 })}`],
    ["a log", `log=${json([{ steps: -5, optimizer: adam, batchSize: "x" }])}`],
    ["a log without end", `log=${json([{ steps: 1e12, optimizer: adam, batchSize: 30 }])}`],
    ["layers within nothing", `layers=${json([{ kind: "residual", layers: [null, 1] }])}`],
    ["layers within layers without end", `layers=${json(nested(300))}`],
    ["layers that are too many", `layers=${json(Array.from({ length: 10_000 }, () => ({ kind: "relu" })))}`],
    ["what was cut off", `layers=${json([{ kind: "dense", units: 8 }]).slice(0, -12)}`],
  ] as const) {
    await visit(page, `train?lang=en&${address}`);
    await hashOf(page);
    expect(await page.locator("[role=alert]").count(), what).toBe(0);
  }
  await page.close();
  expect(problems).toEqual([]);
});

it("addresses with layers that do not go together: a word about it beside the layers", async () => {
  const { page, problems } = await openPage(site, "gradient?lang=en");
  for (const [layer, word] of [
    [{ kind: "__proto__" }, "__proto__"],
    [{ kind: "constructor" }, "constructor"],
    [{ kind: "dense", units: -4 }, "units"],
    [{ kind: "conv1d", filters: 2, kernel: 9 }, "conv1d"],
  ] as const) {
    await visit(page, `train?lang=en&layers=${json([layer])}`);
    await page.waitForSelector(`section:has(h2:text-is('Network')) [role=alert]:has-text('${word}')`);
  }
  await page.close();
  expect(problems).toEqual([]);
});

it("addresses of the other parts that cannot be: what is usual stands there", async () => {
  const { page, problems } = await openPage(site, "train?lang=en");
  for (const [part, address] of [
    ["gradient", "x=1e308&h=1e9&f=constructor&g=x.y&gx=1e300&steps=1e9&rate=-1"],
    ["gradient", "f=exp(x^9)&g=exp(x^9)*exp(y^9)&x=5"],
    ["gradient", "f=1/0&g=0/0"],
    ["gradient", "f=x^x^x&g=log(x)"],
    ["optimizers", "SGD=-1&Adam=0&Momentum=&x=1e308&y=NaN&step=1.5&surface=__proto__"],
    ["backpropagation", "e=constructor*toString%2B__proto__&step=1e9&v_toString=Infinity"],
    ["backpropagation", `e=${"(".repeat(5000)}x${")".repeat(5000)}`],
    ["backpropagation", `e=${"-".repeat(50_000)}x`],
    ["layers", "activation=__proto__&loss=constructor&start=toString&image=999&stride=NaN&padding=-1"],
  ] as const) {
    await visit(page, `${part}?lang=en&${address}`);
    await page.waitForSelector(lastOf[part]);
    await settled(page);
    expect(await page.textContent("main"), address).not.toMatch(/native code|call stack|undefined|\[object/);
    expect(await page.locator("main select").count()).toBeGreaterThan(0);
  }
  await page.close();
  expect(problems).toEqual([]);
});

it("another address in the same tab is another run, and a link to the part begins it anew", async () => {
  const { page, problems } = await openPage(site, "train?lang=en");
  const first = await hashOf(page);
  await visit(page, "train?lang=en&seed=5");
  expect(await hashOf(page)).not.toBe(first);
  expect(await page.getByLabel("Seed").inputValue()).toBe("5");
  await page.click("nav a:text-is('Train')");
  await eventually(() => page.textContent("[data-hash]")).toBe(first);
  await page.close();
  expect(problems).toEqual([]);
});
