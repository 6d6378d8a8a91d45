// The state of a run in the address. Whoever writes an address may write anything: what no field of the page could say is as usual.

import type { LayerDescription, OptimizerDescription } from "kobai/worker";
import { numberOf } from "../../shared/address.ts";
import { dataKinds, type LabelledPoint } from "./data-kinds.ts";
import { courseOf, type Rate, rateOf } from "./rates.ts";
import {
  defaultState,
  type Initial,
  isDescription,
  MOST_STEPS,
  type Segment,
  type Setting,
  type State,
  stepsOf,
} from "./spec.ts";

export const MOST_BATCH = 10_000;
/** At most so many layers with those within layers, so deep, and so many points and changes of a setting. */
const [MOST_LAYERS, MOST_DEPTH, MOST_POINTS, MOST_SEGMENTS] = [200, 8, 2000, 1000];
/** Classes that can be clicked. */
const CLASSES = 3;

/** A state as what stands in the address; names whose values are the usual ones are left out. */
export function toParams({ spec, setting, log, at }: State): Record<string, string | undefined> {
  const { spec: usual, setting: usualSetting } = defaultState;
  const unless = (text: string, usually: string) => (text === usually ? undefined : text);
  const json = (value: unknown, usually: unknown) => unless(JSON.stringify(value), JSON.stringify(usually));
  return {
    data: unless(spec.data, usual.data),
    noise: unless(String(spec.noise), String(usual.noise)),
    points: spec.points.length > 0 ? spec.points.map((point) => point.join("_")).join("~") : undefined,
    layers: json(spec.hidden, usual.hidden),
    init: unless(spec.initial, usual.initial),
    seed: unless(String(spec.seed), String(usual.seed)),
    optimizer: json(setting.optimizer, usualSetting.optimizer),
    dropout: setting.dropout && JSON.stringify(setting.dropout),
    batch: unless(String(setting.batchSize), String(usualSetting.batchSize)),
    log: log.length > 0 ? JSON.stringify(log) : undefined,
    at: at !== undefined && at < stepsOf(log) ? String(at) : undefined,
  };
}

/** The state of an address. */
export function fromParams(params: URLSearchParams): State {
  const { spec: usual, setting: usualSetting } = defaultState;
  const json = <T>(name: string, usually: T, fits: (value: unknown) => boolean): T => {
    const value = jsonOf(params, name);
    return fits(value) ? (value as T) : usually;
  };
  const log = json<Segment[]>("log", [], (value) => isLog(value) && stepsOf(value) <= MOST_STEPS);
  const at = numberOf(params, "at", Number.NaN, [0, stepsOf(log)]);
  const initials: readonly Initial[] = ["he", "xavier", "normal"];
  return {
    spec: {
      data: dataKinds.find((kind) => kind === params.get("data")) ?? usual.data,
      noise: numberOf(params, "noise", usual.noise, [0, 1]),
      points: pointsOf(params.get("points") ?? ""),
      hidden: json("layers", usual.hidden, (list) => areLayers(list)),
      initial: initials.find((kind) => kind === params.get("init")) ?? usual.initial,
      seed: numberOf(params, "seed", usual.seed, [0, Number.MAX_SAFE_INTEGER]),
    },
    setting: {
      optimizer: json("optimizer", usualSetting.optimizer, isOptimizer),
      batchSize: Math.round(numberOf(params, "batch", usualSetting.batchSize, [1, MOST_BATCH])),
      dropout: json("dropout", undefined, isDropout),
    },
    log,
    at: Number.isInteger(at) ? at : undefined,
  };
}

/** How many steps the run of an address has, where those are more than it may have, and it is no run therefore. */
export function stepsRefused(params: URLSearchParams): number | undefined {
  const log = jsonOf(params, "log");
  return isLog(log) && stepsOf(log) > MOST_STEPS ? stepsOf(log) : undefined;
}

function jsonOf(params: URLSearchParams, name: string): unknown {
  try {
    return JSON.parse(params.get(name) ?? "null");
  } catch {
    return null;
  }
}

function pointsOf(text: string): LabelledPoint[] {
  const points = text
    .split("~")
    .slice(0, MOST_POINTS)
    .map((each) => each.split("_").map(Number));
  return points.filter(
    (point): point is [number, number, number] =>
      point.length === 3 &&
      point.slice(0, 2).every((place) => Math.abs(place) <= 2) &&
      [...Array(CLASSES).keys()].includes(point[2]!),
  );
}

/** Whether it is a list of layers, with lists of layers within: which kinds there are, and what they take, the worker says. */
function areLayers(list: unknown): list is LayerDescription[] {
  let count = 0;
  const fit = (layers: unknown, depth: number): boolean =>
    Array.isArray(layers) &&
    depth < MOST_DEPTH &&
    layers.every(
      (layer) =>
        isDescription(layer) &&
        ++count <= MOST_LAYERS &&
        (layer.layers === undefined || fit(layer.layers, depth + 1)) &&
        (layer.shortcut === undefined || fit([layer.shortcut], depth + 1)),
    );
  return fit(list, 0);
}

function isOptimizer(value: unknown): value is OptimizerDescription {
  if (!isDescription(value)) return false;
  const { lr, with: others = [] } = value;
  return (
    (lr === undefined || typeof lr === "number" || isDescription(lr)) &&
    typeof rateOf(value as OptimizerDescription) === "number" &&
    courseOf(lr as Rate) !== undefined &&
    Array.isArray(others) &&
    others.every(isDescription)
  );
}

function isDropout(value: unknown): value is Setting["dropout"] {
  return Array.isArray(value) && value.length <= MOST_LAYERS && value.every((rate) => rate >= 0 && rate < 1);
}

function isLog(value: unknown): value is Segment[] {
  const isWhole = (number: unknown) => Number.isSafeInteger(number) && (number as number) >= 1;
  return (
    Array.isArray(value) &&
    value.length <= MOST_SEGMENTS &&
    value.every(
      (each) =>
        isOptimizer(each?.optimizer) &&
        isWhole(each.steps) &&
        isWhole(each.batchSize) &&
        (each.dropout === undefined || isDropout(each.dropout)),
    )
  );
}
