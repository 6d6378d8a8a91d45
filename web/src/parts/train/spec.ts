// What a run is made of.

import type { LayerDescription, OptimizerDescription } from "kobai/worker";
import { type DataKind, isOfImages, type LabelledPoint } from "./data-kinds.ts";

/** What may be changed while a run goes on. */
export interface Setting {
  readonly optimizer: OptimizerDescription;
  readonly batchSize: number;
  /** the rates of all layers that drop, one after the other; undefined: as the spec's layers have them */
  readonly dropout?: readonly number[] | undefined;
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

/** The weights of layers that have any, which start as initial weights do. An address may name any kind, `constructor` too. */
const weightsOf: ReadonlyMap<string, readonly string[]> = new Map([
  ["dense", ["weight"]],
  ["conv2d", ["weight"]],
  ["conv1d", ["weight"]],
  ["convTranspose2d", ["weight"]],
  ["depthwiseConv2d", ["weight"]],
  ["separableConv2d", ["depthwise", "pointwise"]],
]);

/** Whether images keep their shape on their way in: a layer works on them, or makes rows of them. */
export const takesImages = ({ data, hidden }: Spec) => isOfImages(data) && hidden.some(isOverImages);

function isOverImages({ kind, layers }: LayerDescription): boolean {
  if (kind === "flatten" || kind.startsWith("global") || kind.endsWith("2d")) return true;
  return Array.isArray(layers) && layers.some(isOverImages);
}

/** All layers, with initial weights: of a network whose data has so many classes. @param dropout as in a setting */
export function layersOf(
  { hidden, initial }: Spec,
  classes: number,
  dropout?: Setting["dropout"],
): LayerDescription[] {
  const weight = { kind: initial };
  return [...withDropout(hidden, dropout), { kind: "dense", units: classes }].map((layer) =>
    changed(layer, ({ kind }) =>
      Object.fromEntries((weightsOf.get(kind) ?? []).map((name) => [name, weight])),
    ),
  );
}

/** Layers that drop as a setting says. */
export function withDropout(
  layers: readonly LayerDescription[],
  dropout: Setting["dropout"] = [],
): LayerDescription[] {
  let i = 0;
  return layers.map((layer) =>
    changed(layer, ({ kind, rate }) => (isDropping(kind) ? { rate: dropout[i++] ?? rate } : {})),
  );
}

/** The rates of all layers that drop: 0.5, as kobai has it, where there is none. */
export function dropoutOf(layers: readonly LayerDescription[]): number[] {
  const rates: number[] = [];
  for (const layer of layers)
    changed(layer, ({ kind, rate }) => {
      if (isDropping(kind)) rates.push(typeof rate === "number" ? rate : 0.5);
      return {};
    });
  return rates;
}

const isDropping = (kind: string) => kind === "dropout" || kind === "spatialDropout";

/** A layer, and those inside it, with other options. */
function changed(layer: LayerDescription, options: (of: LayerDescription) => object): LayerDescription {
  const { layers, shortcut } = layer;
  return {
    ...layer,
    ...options(layer),
    ...(Array.isArray(layers) && { layers: layers.map((each) => changed(each, options)) }),
    ...(isDescription(shortcut) && { shortcut: changed(shortcut, options) }),
  };
}

export const isDescription = (value: unknown): value is LayerDescription =>
  typeof (value as { kind?: unknown } | null | undefined)?.kind === "string";

/** Whether an optimizer goes on with another's state: only its rate may be another. */
export const goesOn = (
  { lr: _, ...before }: OptimizerDescription,
  { lr: __, ...next }: OptimizerDescription,
) => JSON.stringify(before) === JSON.stringify(next);

/** What a run of an address may take: more would hardly come to its end. */
export const MOST_STEPS = 1e7;

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
export function withSteps(log: readonly Segment[], setting: Setting, steps: number): Segment[] {
  if (steps === 0) return [...log];
  const { optimizer, batchSize, dropout } = setting;
  const next = { optimizer, batchSize, dropout, steps };
  const last = log.at(-1);
  return last && JSON.stringify({ ...last, steps }) === JSON.stringify(next)
    ? [...log.slice(0, -1), { ...last, steps: last.steps + steps }]
    : [...log, next];
}
