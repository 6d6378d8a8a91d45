// What a run is made of.

import type { LayerDescription, OptimizerDescription } from "kobai/worker";
import { type DataKind, isOfImages, type LabelledPoint } from "./data.ts";

/** What may be changed while a run goes on. */
export interface Setting {
  readonly optimizer: OptimizerDescription;
  readonly batchSize: number;
}

/** So many steps with one setting. */
export interface Segment extends Setting {
  readonly steps: number;
}

export type Initial = "he" | "xavier" | "normal";

/** What makes a run another one when it is changed. */
export interface Spec {
  readonly data: DataKind;
  /** how far points lie from where they should */
  readonly noise: number;
  /** those that were clicked */
  readonly points: readonly LabelledPoint[];
  /** without the last one, which has a unit for each class */
  readonly hidden: readonly LayerDescription[];
  readonly initial: Initial;
  readonly seed: number;
}

export interface State {
  readonly spec: Spec;
  readonly setting: Setting;
  /** what was trained */
  readonly log: readonly Segment[];
  /** the step of it that one has gone to; undefined: the last */
  readonly at?: number | undefined;
}

export const defaultState: State = {
  spec: {
    data: "spiral",
    noise: 0.1,
    points: [],
    hidden: [{ kind: "dense", units: 8 }, { kind: "tanh" }, { kind: "dense", units: 8 }, { kind: "tanh" }],
    initial: "xavier",
    seed: 1,
  },
  setting: { optimizer: { kind: "adam", lr: 0.01 }, batchSize: 30 },
  log: [],
};

/** Kinds of layers that have a weight. */
const weighted = ["dense", "conv2d", "conv1d", "convTranspose2d"];

/** Whether images keep their shape on their way in: a layer works on them, or makes rows of them. */
export const takesImages = ({ data, hidden }: Spec) => isOfImages(data) && hidden.some(isOverImages);

function isOverImages({ kind, layers }: LayerDescription): boolean {
  if (kind === "flatten" || kind.startsWith("global") || kind.endsWith("2d")) return true;
  return Array.isArray(layers) && layers.some(isOverImages);
}

/** All layers, with initial weights: of a network whose data has so many classes. */
export function layersOf({ hidden, initial }: Spec, classes: number): LayerDescription[] {
  return [...hidden, { kind: "dense", units: classes }].map((layer) => withWeights(layer, initial));
}

/** A layer, and those inside it. */
function withWeights(layer: LayerDescription, initial: Initial): LayerDescription {
  const { layers, shortcut } = layer;
  return {
    ...layer,
    ...(weighted.includes(layer.kind) && { weight: { kind: initial } }),
    ...(Array.isArray(layers) && { layers: layers.map((each) => withWeights(each, initial)) }),
    ...(isDescription(shortcut) && { shortcut: withWeights(shortcut, initial) }),
  };
}

export const isDescription = (value: unknown): value is LayerDescription =>
  typeof (value as { kind?: unknown } | null | undefined)?.kind === "string";

export const stepsOf = (log: readonly Segment[]) => log.reduce((sum, { steps }) => sum + steps, 0);

/** The first so many steps of a log. */
export function firstSteps(log: readonly Segment[], steps: number): Segment[] {
  const taken: Segment[] = [];
  let left = steps;
  for (const segment of log) {
    if (left <= 0) break;
    taken.push({ ...segment, steps: Math.min(segment.steps, left) });
    left -= segment.steps;
  }
  return taken;
}

/** A log with more steps behind it. */
export function withSteps(
  log: readonly Segment[],
  { optimizer, batchSize }: Setting,
  steps: number,
): Segment[] {
  if (steps === 0) return [...log];
  const last = log.at(-1);
  const isSame =
    last && last.batchSize === batchSize && JSON.stringify(last.optimizer) === JSON.stringify(optimizer);
  return isSame
    ? [...log.slice(0, -1), { ...last, steps: last.steps + steps }]
    : [...log, { optimizer, batchSize, steps }];
}
