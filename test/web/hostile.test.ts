// The playground against what it cannot help: addresses that are damaged, functions without values, workers that die, hosts that do not answer,
// and people who press everything at once.

import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { hashOf, inNode, openPage, servePlayground, site, stepOf, train } from "./page.ts";

servePlayground();

const json = (value: unknown) => encodeURIComponent(JSON.stringify(value));
const nested = (depth: number): unknown =>
  depth === 0 ? { kind: "relu" } : { kind: "residual", layers: [nested(depth - 1)] };
const adam = { kind: "adam", lr: 0.01 };

/** Trains without an end in sight. */
async function trainOn(page: Page): Promise<void> {
  await hashOf(page);
  await page.getByLabel("Stop after … steps").fill("1000000");
  await page.getByLabel("Stop after … steps").blur();
  await page.click("button:text-is('Train')");
  await page.waitForFunction('Number(document.querySelector("[data-step]").textContent) > 50');
}

/** Settled: the hash of the step that is shown, and the step. */
async function state(page: Page): Promise<{ step: number; hash: string }> {
  await page.waitForTimeout(300);
  return { hash: await hashOf(page), step: await stepOf(page) };
}

describe("addresses", () => {
  it.each([
    ["data", "data=__proto__&init=constructor&theme=%ZZ"],
    ["numbers", "noise=1e999&seed=NaN&batch=-1&points=1_2_-3~NaN_1_2~1e9_0_1~0_0_1e9"],
    ["an optimizer", `optimizer=${json({ kind: "adam", lr: { kind: "cosine" }, with: 7 })}`],
    ["a log", `log=${json([{ steps: -5, optimizer: adam, batchSize: "x" }])}`],
    ["a log without end", `log=${json([{ steps: 1e12, optimizer: adam, batchSize: 30 }])}`],
    ["layers within nothing", `layers=${json([{ kind: "residual", layers: [null, 1] }])}`],
    ["layers within layers without end", `layers=${json(nested(300))}`],
    ["layers that are too many", `layers=${json(Array.from({ length: 10_000 }, () => ({ kind: "relu" })))}`],
    ["what was cut off", `layers=${json([{ kind: "dense", units: 8 }]).slice(0, -12)}`],
  ])("of %s that cannot be: what is usual stands there", async (_, address) => {
    const { page, problems } = await openPage(site, `train?lang=en&${address}`);
    await hashOf(page);
    expect(await page.locator("[role=alert]").count()).toBe(0);
    await page.close();
    expect(problems).toEqual([]);
  });

  it.each([
    ["an unknown layer", { kind: "__proto__" }, "__proto__"],
    ["units without number", { kind: "dense", units: -4 }, "units"],
    ["a kernel larger than its input", { kind: "conv1d", filters: 2, kernel: 9 }, "conv1d"],
  ])("with %s: a word about it beside the layers", async (_, layer, word) => {
    const { page, problems } = await openPage(site, `train?lang=en&layers=${json([layer])}`);
    await page.waitForSelector(`section:has(h2:text-is('Network')) [role=alert]:has-text('${word}')`);
    await page.selectOption("select:has(option[value=csv])", "spiral");
    await page.close();
    expect(problems).toEqual([]);
  });

  it("of the other parts that cannot be: what is usual stands there", async () => {
    const { page, problems } = await openPage(site, "layers?lang=en");
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
      await page.evaluate(`location.hash = ${JSON.stringify(`#/${part}?lang=en&${address}`)}`);
      await page.waitForSelector(`nav a[aria-current][href^='#/${part}']`);
      await page.waitForFunction('!document.querySelector("[aria-busy]")');
      await page.waitForTimeout(200);
      const text = (await page.textContent("main"))!;
      expect(text).not.toMatch(/native code|call stack|undefined|\[object/);
      expect(await page.locator("main select").count()).toBeGreaterThan(0);
    }
    await page.close();
    expect(problems).toEqual([]);
  });

  it("another address in the same tab is another run, and a link to the part begins it anew", async () => {
    const { page, problems } = await openPage(site, "train?lang=en");
    const first = await hashOf(page);
    await page.evaluate('location.hash = "#/train?lang=en&seed=5"');
    await page.waitForFunction(
      `![${JSON.stringify(first)}, "…"].includes(document.querySelector("[data-hash]").textContent)`,
    );
    expect(await page.getByLabel("Seed").inputValue()).toBe("5");
    await page.click("nav a:text-is('Train')");
    await page.waitForFunction(`document.querySelector("[data-hash]").textContent === "${first}"`);
    await page.close();
    expect(problems).toEqual([]);
  });
});

describe("expressions", () => {
  it("a word about what cannot be read goes with it", async () => {
    const { page, problems } = await openPage(site, "gradient?lang=en");
    const field = page.getByLabel("f(x) =", { exact: true });
    for (const wrong of [
      `${"(".repeat(5000)}x`,
      "x".repeat(10_000),
      "x = ∞",
      "勾配",
      "x@@x",
      "-".repeat(9000),
    ]) {
      await field.fill(wrong);
      expect(await page.textContent("[role=alert]")).not.toMatch(/call stack/);
    }
    await field.fill("3*");
    await page.waitForSelector("[role=alert]");
    await page.locator("main select").first().selectOption("x^2");
    expect(await field.inputValue()).toBe("x^2");
    expect(await page.locator("[role=alert]").count()).toBe(0);
    await page.close();
    expect(problems).toEqual([]);
  });

  it("a tangent that is dragged for long leaves the last place in the address", async () => {
    const { page, problems } = await openPage(site, "gradient?lang=en");
    const { x, y, width, height } = (await page.locator("svg:has([data-point])").boundingBox())!;
    await page.mouse.move(x + width / 10, y + height / 2);
    await page.mouse.down();
    for (let i = 0; i < 6; i++)
      await page.mouse.move(x + (i % 2 ? 0.1 : 0.9) * width, y + height / 2, { steps: 80 });
    await page.mouse.move(x + 0.8 * width, y + height / 2);
    await page.mouse.up();
    const at = await page.locator("input[type=range]").first().inputValue();
    await page.waitForFunction(`location.hash.includes("x=${Number(at)}&")`, undefined, { timeout: 15_000 });
    await page.close();
    expect(problems).toEqual([]);
  });
});

describe("while it trains", () => {
  it("whatever is pressed, the hash is that of Node at the end", async () => {
    const { page, problems } = await openPage(site, "train?lang=en");
    await trainOn(page);
    const slider = page.locator("section[aria-label=State] input[type=range]");
    // Back in time from the run, and on from there before it has come.
    await slider.fill("37");
    await page.click("button:text-is('Train')");
    await page.waitForTimeout(100);
    await slider.fill("120");
    await slider.fill("15");
    await page.click("button:text-is('One step')");
    await page.click("button:text-is('Train')");
    await page.click("button:text-is('Pause')");
    await page.click("button:text-is('Train')");
    await page.waitForTimeout(200);
    await page.click("button:text-is('Pause')");
    const { hash, step } = await state(page);
    expect(hash).toBe(await inNode(page));
    const other = await openPage(site, await page.evaluate<string>("location.hash.slice(2)"));
    await other.page.waitForFunction(`document.querySelector("[data-step]").textContent === "${step}"`);
    expect(await hashOf(other.page)).toBe(hash);
    await other.page.close();
    // The code is that of where it stands, too.
    await page.click("button:text-is('One step back')");
    const before = await state(page);
    expect(before.step).toBe(step - 1);
    expect(before.hash).toBe(await inNode(page));
    await page.close();
    expect([...problems, ...other.problems]).toEqual([]);
  });

  it("what is pressed while it goes to a step waits until it is there", async () => {
    const { page, problems } = await openPage(site, "train?lang=en");
    const stopAt = async (steps: number) => {
      await page.getByLabel("Stop after … steps").fill(String(steps));
      await page.getByLabel("Stop after … steps").blur();
    };
    await hashOf(page);
    await stopAt(130);
    await train(page);
    await stopAt(3000);
    // Both before the first can be there.
    await page.evaluate(`(() => {
      const slider = document.querySelector("section[aria-label=State] input[type=range]");
      slider.value = "37";
      slider.dispatchEvent(new Event("input", { bubbles: true }));
      [...document.querySelectorAll("button")].find(({ textContent }) => textContent === "Train").click();
    })()`);
    await page.waitForFunction('document.querySelector("[data-step]").textContent === "3037"');
    expect(await hashOf(page)).toBe(await inNode(page));
    expect(await page.locator("[role=alert]").count()).toBe(0);
    await page.close();
    expect(problems).toEqual([]);
  });

  it("a slow run ends at its step, too, whatever is changed meanwhile", async () => {
    const { page, problems } = await openPage(site, "train?lang=en");
    await hashOf(page);
    await page.selectOption("select:has(option[value='20'])", "20");
    await page.getByLabel("Stop after … steps").fill("30");
    await page.getByLabel("Stop after … steps").blur();
    await page.click("button:text-is('Train')");
    await page.waitForFunction('Number(document.querySelector("[data-step]").textContent) > 5');
    await page.getByLabel("Learning rate").fill("0.003");
    await page.getByLabel("Learning rate").blur();
    await page.waitForSelector("button:text-is('Train'):not([disabled])");
    const { step, hash } = await state(page);
    expect(step).toBe(30);
    expect(hash).toBe(await inNode(page));
    await page.close();
    expect(problems).toEqual([]);
  });

  it("another language leaves the run as it is", async () => {
    const { page, problems } = await openPage(site, "train?lang=en");
    await trainOn(page);
    const before = await stepOf(page);
    await page.click("button:text-is('日本語')");
    await page.waitForSelector("h1:text-is('ネットワークを学習させる')");
    await page.waitForFunction(`Number(document.querySelector("[data-step]").textContent) > ${before}`);
    await page.click("button.main");
    await hashOf(page);
    expect(await stepOf(page)).toBeGreaterThan(before);
    await page.close();
    expect(problems).toEqual([]);
  });

  it("other data and other layers begin another run, without a word of the one before", async () => {
    const { page, problems } = await openPage(site, "train?lang=en");
    const first = await hashOf(page);
    for (const kind of ["xor", "circles", "spiral"]) {
      await trainOn(page);
      await page.selectOption("select:has(option[value=csv])", kind);
      await page.waitForFunction('document.querySelector("[data-step]").textContent === "0"');
      await hashOf(page);
    }
    await page.waitForTimeout(300);
    expect(await hashOf(page)).toBe(first);
    expect(await page.locator("[role=alert]").count()).toBe(0);
    await page.close();
    expect(problems).toEqual([]);
  });

  it("a loss that is no number ends it at a step whose hash is that of Node", async () => {
    const optimizer = { kind: "sgd", lr: 1e9 };
    const layers = [1, 2, 3].flatMap(() => [{ kind: "dense", units: 32 }, { kind: "identity" }]);
    const { page, problems } = await openPage(
      site,
      `train?lang=en&init=he&layers=${json(layers)}&optimizer=${json(optimizer)}`,
    );
    await hashOf(page);
    await page.click("button:text-is('Train')");
    await page.waitForSelector("[role=alert]:has-text('the loss of step')");
    const { hash } = await state(page);
    expect(hash).toBe(await inNode(page));
    await page.close();
    expect(problems).toEqual([]);
  });
});

it("weights from a file begin a run of their own, which is not said to be the address's; what are none leave the run as it is", async () => {
  const { page, problems } = await openPage(site, "train?lang=en");
  const first = await hashOf(page);
  await page.getByLabel("Stop after … steps").fill("20");
  await page.getByLabel("Stop after … steps").blur();
  await train(page);
  const download = page.waitForEvent("download");
  await page.click("button:has-text('Save the weights')");
  const path = (await (await download).path())!;
  const trained = (await state(page)).hash;
  await page.setInputFiles("#weights", { name: "a", mimeType: "", buffer: Buffer.from("no weights") });
  await page.waitForSelector("[role=alert]");
  expect(await state(page)).toEqual({ step: 20, hash: trained });
  expect(await page.textContent("[data-hash-help]")).not.toContain("weights of a file");
  await train(page);
  await page.setInputFiles("#weights", path);
  await page.waitForSelector("text=Weights were loaded.");
  expect(await state(page)).toEqual({ step: 0, hash: trained });
  await page.waitForSelector("[data-hash-help]:has-text('weights of a file')");
  await page.click("button:text-is('One step')");
  await page.waitForSelector("[data-step]:text-is('1')");
  const { hash: after } = await state(page);
  expect(await inNode(page, { "weights.safetensors": readFileSync(path) })).toBe(after);
  await page.click("button:text-is('One step back')");
  await page.waitForSelector("[data-step]:text-is('0')");
  expect((await state(page)).hash).toBe(trained);
  await page.click("button:text-is('One step')");
  await page.waitForSelector("[data-step]:text-is('1')");
  expect((await state(page)).hash).toBe(after);
  await page.click("button:text-is('Begin anew')");
  await page.waitForSelector("[data-step]:text-is('0')");
  expect((await state(page)).hash).toBe(first);
  expect(await page.textContent("[data-hash-help]")).not.toContain("weights of a file");
  await page.close();
  expect(problems).toEqual([]);
});

describe("CSV files", () => {
  const give = (page: Page, content: string | Buffer) =>
    page.setInputFiles("#csv", { name: "own.csv", mimeType: "text/csv", buffer: Buffer.from(content) });
  const rows = Array.from({ length: 50 }, (_, i) => [i % 7, (i * 3) % 5, i % 2 ? "yes" : "no"] as const);

  it("of every kind are learned", async () => {
    const { page, problems } = await openPage(site, "train?lang=en&data=csv");
    const hashes = new Set<string>();
    for (const content of [
      `\uFEFFa,b,c\r\n${rows.map((row) => row.join(",")).join("\r\n")}\r\n`,
      `"a, too";"b";"c"\n${rows.map(([a, b, c]) => `"${a},0";${b},0;"${c}"`).join("\n")}\n\n`,
      rows.map(([a, b, c]) => `${a}\t${b}\t${c}`).join("\n"),
      rows.map(([a, b, c]) => `${a},${b},"${c}"`).join("\r"),
    ]) {
      await give(page, content);
      await hashOf(page);
      expect(await page.locator("[role=alert]").count()).toBe(0);
      await page.getByLabel("Stop after … steps").fill("10");
      await page.getByLabel("Stop after … steps").blur();
      await train(page);
      hashes.add((await state(page)).hash);
      await page.selectOption("select:has(option[value=csv])", "spiral");
      await page.selectOption("select:has(option[value=csv])", "csv");
      await page.waitForSelector("#csv");
    }
    expect(hashes.size).toBe(1);
    await page.close();
    expect(problems).toEqual([]);
  });

  it("that cannot be are refused with a word each", async () => {
    const { page, problems } = await openPage(site, "train?lang=en&data=csv");
    await page.waitForSelector("#csv");
    for (const [content, word] of [
      ["", "has 0 rows"],
      ["1,2,a", "has 1 rows"],
      ["a,b,c\n1,2,x\n\n3,,y\n5,6,x\n7,8,y", "line 4: 3, , y"],
      // No names, but a row with something missing.
      ["1,,a\n3,4,b\n5,6,a\n7,8,b\n9,9,a", "line 1: 1, , a"],
      ["1,2,a\n3,4,a\n5,6,a\n7,8,a", "only one class"],
      [rows.map(([a, b], i) => `${a},${b},${i}`).join("\n"), "50 classes"],
      [Buffer.from([0x50, 0x4b, 3, 4, 0xff, 0xfe, 0, 0, 1, 2]), "UTF-8"],
      ["only words\nand no columns\nat all\nhere\n", "columns"],
      [Buffer.from("a,b,c\n1,2,は\n", "utf16le"), "UTF-8"],
      [Array.from({ length: 250_000 }, (_, i) => `${i},${i},${i % 2}`).join("\n"), "100,000"],
    ] as const) {
      await give(page, content);
      await page.waitForSelector(`[role=alert]:has-text('${word}')`);
    }
    await page.close();
    expect(problems).toEqual([]);
  });

  it("of 100,000 rows are taken", async () => {
    const { page, problems } = await openPage(site, "train?lang=en&data=csv");
    await page.waitForSelector("#csv");
    await give(
      page,
      Array.from({ length: 100_000 }, (_, i) => `${i % 7},${i % 5},${i % 3},${i % 2}`).join("\n"),
    );
    await hashOf(page);
    await page.close();
    expect(problems).toEqual([]);
  });
});

it("data that cannot be fetched are fetched when they are asked for again", async () => {
  const { page } = await openPage(site, "train?lang=en&data=mnist");
  await page.route("**/mnist/**", (route) => route.abort());
  await page.click("button:has-text('Fetch MNIST')");
  await page.waitForSelector("section:has(h2:text-is('Data')) [role=alert]");
  await page.unroute("**/mnist/**");
  await page.route("**/mnist/t10k-labels*", (route) => route.fulfill({ body: "no labels" }));
  await page.click("button:has-text('Fetch MNIST')");
  await page.waitForSelector("[role=alert]:has-text('no IDX file')");
  await page.unroute("**/mnist/t10k-labels*");
  await page.click("button:has-text('Fetch MNIST')");
  await hashOf(page);
  expect(await page.locator("[role=alert]").count()).toBe(0);
  await page.close();
});

it("a worker that dies is told of, and another takes its place", async () => {
  const { page } = await openPage(site, "about:blank");
  await page.addInitScript(() => {
    const made: Worker[] = [];
    const Original = globalThis.Worker;
    Object.assign(globalThis, {
      made,
      Worker: class extends Original {
        constructor(...args: ConstructorParameters<typeof Worker>) {
          super(...args);
          made.push(this);
        }
      },
    });
  });
  await page.goto(`${site.server.url}index.html?dies#/train?lang=en`);
  const first = await hashOf(page);
  await trainOn(page);
  await page.evaluate("made[0].dispatchEvent(new ErrorEvent('error', { message: 'out of memory' }))");
  await page.waitForSelector("[role=alert]:has-text('out of memory')");
  await page.click("button:text-is('Begin anew')");
  await page.waitForFunction(`document.querySelector("[data-hash]").textContent === "${first}"`);
  await trainOn(page);
  await page.close();
});

describe("drawings", () => {
  it("that were damaged in the store are begun anew", async () => {
    const { page, problems } = await openPage(site, "gradient?lang=en");
    for (const kept of [
      "[]",
      "{}",
      "null",
      "[1,2]",
      '[{"name":"a","drawings":["AAAA"]},{"name":"b","drawings":[]}]',
      '[{"name":{},"drawings":[]},{"name":"b","drawings":[]}]',
      "{",
    ]) {
      await page.evaluate(`localStorage.setItem("kobai.drawings", ${JSON.stringify(kept)})`);
      await page.evaluate('location.hash = "#/train?lang=en&data=drawings"');
      await page.waitForSelector(".pad");
      expect(await page.getByLabel("Name of class 2").inputValue()).toBe("cross");
      await page.evaluate('location.hash = "#/gradient?lang=en"');
      await page.waitForSelector(".pad", { state: "detached" });
    }
    await page.evaluate("localStorage.clear()");
    await page.close();
    expect(problems).toEqual([]);
  });

  it("two tabs keep the same", async () => {
    const context = await site.browser.newContext({ locale: "en-US" });
    const [one, other] = [await context.newPage(), await context.newPage()];
    for (const page of [one, other]) {
      await page.goto(`${site.server.url}index.html#/train?lang=en&data=drawings`);
      await page.waitForSelector(".pad");
    }
    const name = (page: Page, i: number) => page.getByLabel(`Name of class ${i}`);
    await name(one, 1).fill("mine");
    await name(one, 1).blur();
    await other.waitForFunction(
      "document.querySelector('[aria-label=\"Name of class 1\"]').value === 'mine'",
    );
    await name(other, 2).fill("other");
    await name(other, 2).blur();
    expect(await one.evaluate("localStorage['kobai.drawings']")).toMatch(/mine.*other/);
    await context.close();
  });

  it("a second finger draws nothing, and other colours leave what is drawn", async () => {
    const { page, problems } = await openPage(site, "train?lang=en&data=drawings");
    await page.waitForSelector(".pad canvas");
    const ink = () =>
      page.evaluate<number>(`(() => {
        const canvas = document.querySelector(".pad canvas");
        const { data } = canvas.getContext("2d").getImageData(0, 0, 280, 280);
        let ink = 0;
        for (let i = 0; i < data.length; i += 4) if (data[i] < 128) ink++;
        return ink;
      })()`);
    const touch = async (...points: [number, number][]) => {
      const { x, y, width, height } = (await page.locator(".pad canvas").boundingBox())!;
      return points.map(([left, top], id) => ({ id, x: x + left * width, y: y + top * height }));
    };
    await page.locator(".pad canvas").scrollIntoViewIfNeeded();
    const client = await page.context().newCDPSession(page);
    const send = async (type: "touchStart" | "touchMove" | "touchEnd", ...points: [number, number][]) =>
      client.send("Input.dispatchTouchEvent", { type, touchPoints: await touch(...points) });
    await send("touchStart", [0.2, 0.2]);
    await send("touchMove", [0.3, 0.2]);
    const one = await ink();
    expect(one).toBeGreaterThan(100);
    await send("touchStart", [0.3, 0.2], [0.8, 0.8]);
    await send("touchMove", [0.3, 0.2], [0.8, 0.7]);
    await send("touchEnd");
    expect(await ink()).toBe(one);
    await page.selectOption(".settings select", "dark");
    await page.waitForTimeout(100);
    expect(await ink()).toBe(one);
    await page.close();
    expect(problems).toEqual([]);
  });
});
