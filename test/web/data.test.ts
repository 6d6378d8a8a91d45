// Data of one's own in the playground: points that are clicked, and CSV files of every kind.

import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import {
  eventually,
  hashAfter,
  hashAt,
  hashOf,
  inNode,
  openPage,
  servePlayground,
  site,
  stopAfter,
  train,
} from "./page.ts";

servePlayground();

it("points that are clicked, and a CSV file, are learned", async () => {
  const { page, problems } = await openPage(site, "train?lang=en&data=points");
  const plane = page.locator("canvas.square");
  for (const [label, x, y] of [
    ["class 1", 0.2, 0.2],
    ["class 1", 0.8, 0.8],
    ["class 2", 0.2, 0.8],
    ["class 2", 0.8, 0.2],
  ] as const) {
    await page.click(`button:text-is('${label}')`);
    const { width, height } = (await plane.boundingBox())!;
    await plane.click({ position: { x: x * width, y: y * height } });
  }
  await hashOf(page);
  // One more, by keys alone.
  await page.click("button:text-is('class 1')");
  await page.keyboard.press("Shift+Tab");
  for (let i = 0; i < 7; i++) await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Space");
  await eventually(() => page.evaluate("location.hash")).toMatch(/-0\.6_0\.086_0(&|$)/);
  await train(page);
  expect(await page.getAttribute("[data-accuracy]", "data-accuracy")).toBe("1");
  expect(await hashOf(page)).toBe(await inNode(page));

  const rows = Array.from(
    { length: 60 },
    (_, i) => `${i % 3},${(i * 7) % 5},${i % 2},${i % 3 === 1 ? "yes" : "no"}`,
  );
  await page.selectOption("select:has(option[value=csv])", "csv");
  await page.setInputFiles("#csv", {
    name: "own.csv",
    mimeType: "text/csv",
    buffer: Buffer.from(["a,b,c,answer", ...rows].join("\n")),
  });
  await hashOf(page);
  await train(page);
  expect(await page.getAttribute("[data-accuracy]", "data-accuracy")).toBe("1");
  const classes = () => page.locator(".confusion th[scope=row]").allTextContents();
  await eventually(classes).toEqual(["no", "yes"]);

  // Words in quotes, semicolons, a byte order mark.
  const quoted = ['"length; cm";width;kind', '1.5;2;"a; b"', "3;4;c", "", '5;6;"a; b"', '7;"8";c'];
  for (const [content, said] of [
    ["1,2,a\n3,x,b\n5,6,a\n7,8,b\n", "This is no row of 2 numbers and a class, in line 2: 3, x, b"],
    ["a,b,c\n1,2,x\n3,4,y\n", "This file has 2 rows of data: at least 4 rows are needed."],
    ["1,2,a\n3,4,a\n5,6,a\n7,8,a\n", "only one class in the last column: a"],
    [`\ufeff${quoted.join("\r\n")}`, undefined],
  ] as const) {
    await page.setInputFiles("#csv", { name: "a.csv", mimeType: "text/csv", buffer: Buffer.from(content) });
    if (said) await page.waitForSelector(`[role=alert]:has-text("${said}")`);
  }
  await eventually(() => page.locator("[role=alert]").count()).toBe(0);
  await hashAt(page, 0);
  await train(page);
  await eventually(classes).toEqual(["a; b", "c"]);
  expect(problems).toEqual([]);
  await page.close();
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
      await hashAfter(page, () => give(page, content));
      expect(await page.locator("[role=alert]").count()).toBe(0);
      await stopAfter(page, 10);
      await train(page);
      hashes.add(await hashAt(page, 10));
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
