// On the Japanese page nothing is said in English but names, code, and what kobai itself says of an error, which is marked as English.

import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { codeOf, hashOf, json, openMortal, openPage, servePlayground, site } from "./page.ts";

servePlayground();

/** Texts, and what screen readers say, with three English words in a row. */
const englishIn = (page: Page) =>
  page.evaluate<string[]>(`(() => {
    const isEnglish = (text = "") => /[a-z]{2,}[;:]? [a-z]{2,}[;:]? [a-z]{2,}/i.test(text?.replace(/npm install [a-z -]+/, ""));
    const found = [];
    for (const each of document.querySelectorAll("body *")) {
      if (each.closest("[lang=en], pre, code, noscript, script, style")) continue;
      const texts = [...each.childNodes].filter(({ nodeType }) => nodeType === 3).map(({ data }) => data);
      const said = ["aria-label", "title", "placeholder", "aria-valuetext", "alt"].map((name) => each.getAttribute(name));
      found.push(...[...texts, ...said].filter(isEnglish));
    }
    return found;
  })()`);

const alert = async (page: Page) => {
  await page.waitForSelector("[role=alert]");
  return (await page.textContent("[role=alert]"))!;
};
const japanese = /[ぁ-んァ-ヶ一-龠]{3}/;

it.each(["train", "gradient", "optimizers", "backpropagation", "layers"])("%s", async (part) => {
  const { page, problems } = await openPage(site, `${part}?lang=ja`);
  await page.waitForFunction('!document.querySelector("[aria-busy]")');
  if (part === "train") {
    await hashOf(page);
    await page.click("button:text-is('1 ステップ進む')");
    await page.waitForSelector(".uplot");
    await codeOf(page);
  }
  expect(await englishIn(page)).toEqual([]);
  expect(await page.getAttribute("html", "lang")).toBe("ja");
  expect(problems).toEqual([]);
  await page.close();
});

it.each(["vanish", "convolution"])("the preset %s, with images and without", async (preset) => {
  const { page, problems } = await openPage(site, "train?lang=ja");
  await hashOf(page);
  await page.selectOption(`select:has(option[value=${preset}])`, preset);
  if (preset === "convolution") {
    await page.click("button:text-is('MNIST を取得(11 MB)')");
    await page.waitForSelector(".confusion");
  }
  expect(await englishIn(page)).toEqual([]);
  expect(problems).toEqual([]);
  await page.close();
});

it("points, a file, drawings, and more layers", async () => {
  const layers = [
    { kind: "residual", layers: [{ kind: "relu" }] },
    { kind: "reshape", shape: [2] },
  ];
  const { page, problems } = await openPage(site, `train?lang=ja&layers=${json(layers)}`);
  await hashOf(page);
  for (const [kind, selector] of [
    ["points", ".pad"],
    ["csv", "#csv"],
    ["drawings", ".tiles"],
  ] as const) {
    await page.selectOption("select:has(option[value=csv])", kind);
    await page.waitForSelector(selector, { state: "attached" });
    expect(await englishIn(page)).toEqual([]);
  }
  expect(problems).toEqual([]);
  await page.close();
});

describe("errors", () => {
  it.each([
    ["", "式を入力"],
    ["2x", "読めません"],
    ["sin(x, x)", "引数は 1 個"],
    ["alert(1)", "「alert」は使えません"],
    ["x = 3", "読めません"],
    ["[x]", "式に使えるのは"],
    [`${"x+".repeat(600)}x`, "長すぎます"],
  ])("of the expression %j", async (expression, words) => {
    const { page, problems } = await openPage(site, "gradient?lang=ja");
    await page.getByLabel("f(x) =", { exact: true }).fill(expression);
    await page.waitForSelector(`[role=alert]:has-text('${words}')`);
    expect(await englishIn(page)).toEqual([]);
    expect(problems).toEqual([]);
    await page.close();
  });

  it("of files of rows", async () => {
    const { page, problems } = await openPage(site, "train?lang=ja&data=csv");
    await page.waitForSelector("#csv");
    for (const [content, words] of [
      ["1,2,a", "4 行以上"],
      ["1,2,a\n3,x,b\n5,6,a\n7,8,b\n", "2 行目"],
      ["1,2,a\n3,4,a\n5,6,a\n7,8,a", "クラスが 1 つ"],
      ["\0\0", "UTF-8 のテキストではありません"],
      ["a\nb\nc\nd\n", "数値の列がありません"],
    ] as const) {
      await page.setInputFiles("#csv", { name: "a.csv", mimeType: "text/csv", buffer: Buffer.from(content) });
      await page.waitForSelector(`[role=alert]:has-text('${words}')`);
      expect(await englishIn(page)).toEqual([]);
    }
    expect(problems).toEqual([]);
    await page.close();
  });

  it.each([
    ["layers that there are not", [{ kind: "nothing" }], "このネットワークは作れません。使えない値"],
    [
      "shapes that do not fit",
      [{ kind: "reshape", shape: [5] }],
      "このネットワークは作れません。形が合いません",
    ],
  ])("of %s: in Japanese, with what kobai says", async (_, layers, words) => {
    const { page, problems } = await openPage(site, `train?lang=ja&layers=${json(layers)}`);
    expect(await alert(page)).toContain(words);
    expect((await page.textContent("[role=alert] [lang=en]"))!.length).toBeGreaterThan(10);
    expect(await englishIn(page)).toEqual([]);
    expect(problems).toEqual([]);
    await page.close();
  });

  it("of a loss that is no number, and of weights that are none", async () => {
    const layers = [1, 2, 3].flatMap(() => [{ kind: "dense", units: 32 }, { kind: "identity" }]);
    const { page, problems } = await openPage(
      site,
      `train?lang=ja&init=he&layers=${json(layers)}&optimizer=${json({ kind: "sgd", lr: 1e9 })}`,
    );
    await hashOf(page);
    await page.click("button:text-is('学習する')");
    expect(await alert(page)).toMatch(/学習が止まりました。損失が数でなくなりました.*the loss of step/);
    expect(await englishIn(page)).toEqual([]);
    await page.waitForSelector("#weights:not([disabled])");
    await page.setInputFiles("#weights", { name: "a", mimeType: "", buffer: Buffer.from("no weights") });
    await page.waitForSelector("[role=alert]:has-text('この重みは使えません')");
    expect(await page.textContent("[role=alert]")).toMatch(japanese);
    expect(await englishIn(page)).toEqual([]);
    expect(problems).toEqual([]);
    await page.close();
  });

  it("of a worker that dies", async () => {
    const { page, kill } = await openMortal(site, "train?lang=ja");
    await hashOf(page);
    await kill();
    await page.click("button:text-is('1 ステップ進む')");
    expect(await alert(page)).toMatch(/学習が止まりました。ワーカーが終わりました/);
    expect(await englishIn(page)).toEqual([]);
    await page.close();
  });
});
