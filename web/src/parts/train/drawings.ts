// Drawings of one's own, by class: kept in this browser, and as data to train on.

import type { Dataset } from "kobai";
import { base64 } from "../../shared/files.ts";
import { tensor } from "../../shared/tensor.ts";
import { isTest, type Prepared } from "./data.ts";

export interface DrawnClass {
  readonly name: string;
  /** 28 × 28 bytes each, as MNIST's */
  readonly drawings: readonly Uint8Array<ArrayBuffer>[];
}

const KEY = "kobai.drawings";
const PIXELS = 784;
/** Labels are bytes, and the page has room for so many. */
export const MOST_CLASSES = 12;

/** What this browser has kept; undefined where that is nothing, or nothing that can be read. */
export function keptDrawings(): readonly DrawnClass[] | undefined {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "null") as
      | readonly { name: unknown; drawings: readonly string[] }[]
      | null;
    const classes = kept
      ?.slice(0, MOST_CLASSES)
      .map(({ name, drawings }) => ({ name: nameOf(name), drawings: drawings.map(pixelsOf) }));
    const isWhole =
      classes &&
      classes.length >= 2 &&
      classes.every(({ drawings }) => drawings.every(({ length }) => length === PIXELS));
    return isWhole ? classes : undefined;
  } catch {
    return undefined;
  }
}

/** Calls whenever another tab has kept drawings. @returns what ends that */
export function onKeptElsewhere(changed: (classes: readonly DrawnClass[]) => void): () => void {
  const listen = ({ key }: StorageEvent) => {
    const kept = key === KEY && keptDrawings();
    if (kept) changed(kept);
  };
  addEventListener("storage", listen);
  return () => removeEventListener("storage", listen);
}

/** @returns false where the browser has no room for them */
export function keepDrawings(classes: readonly DrawnClass[]): boolean {
  try {
    const plain = classes.map(({ name, drawings }) => ({ name, drawings: drawings.map(base64) }));
    localStorage.setItem(KEY, JSON.stringify(plain));
    return true;
  } catch {
    return false;
  }
}

function nameOf(name: unknown): string {
  if (typeof name !== "string" || name === "") throw new TypeError("a class without a name");
  return name.slice(0, 20);
}

const pixelsOf = (text: string) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

/** The drawings as data; undefined where fewer than two classes have any. */
export function preparedDrawings(classes: readonly DrawnClass[]): Prepared | undefined {
  if (classes.filter(({ drawings }) => drawings.length > 0).length < 2) return undefined;
  const all = classes.flatMap(({ drawings }, label) => drawings.map((pixels) => ({ pixels, label })));
  const dataset = (samples: typeof all): Dataset => {
    const x = new Uint8Array(samples.length * PIXELS);
    for (const [i, { pixels }] of samples.entries()) x.set(pixels, i * PIXELS);
    return {
      x: tensor(x, [samples.length, PIXELS]),
      t: tensor(Uint8Array.from(samples, ({ label }) => label)),
      scale: 1 / 255,
      classes: classes.length,
    };
  };
  const test = all.filter((_, i) => isTest(i, all.length));
  const testSet = dataset(test.length > 0 ? test : all);
  return {
    train: dataset(all.filter((_, i) => !isTest(i, all.length))),
    test: testSet,
    classes: classes.length,
    input: [PIXELS],
    images: { x: testSet.x.data as Uint8Array, t: testSet.t.data as Uint8Array },
  };
}
