// What a checkpoint says of a network besides its tensors, as JSON: written, and read from a file that may be anything.

import {
  check,
  finite,
  isObject,
  isShape,
  oneOf,
  options,
  partName,
  type Rule,
  seed,
  show,
  text,
  whole,
} from "../../check.ts";
import { DataError, OptionError, ShapeError } from "../../errors.ts";
import { binaryCrossEntropy, crossEntropy, meanSquaredError, sumSquaredError } from "../../nn/losses.ts";
import type { ScheduleState } from "../../nn/rate.ts";
import type { Epochs } from "../epochs.ts";
import { type Objective, termOf } from "../face.ts";
import type { Inside } from "../network.ts";
import { type Description, describe, isMade } from "./description.ts";

/** Where it stands in a file's metadata. */
export const KEY = "kobai";

/** Of what follows here. */
const VERSION = 1;

/** Everything besides tensors. */
export interface About extends Description {
  readonly version: number;
  readonly training: TrainingAbout;
}

/** Where training stands. */
export interface TrainingAbout {
  /** steps of all fits */
  readonly step: number;
  /** what integers are multiplied by, of each input */
  readonly scales: readonly number[];
  /** the last fit's loss, if it was one of kobai's */
  readonly loss?: string;
  readonly epochs: Epochs;
  readonly optimizer?: OptimizerAbout;
}

/** An optimizer's state besides its tensors. */
export interface OptimizerAbout {
  readonly name: string;
  /** the regions of its state */
  readonly regions: readonly string[];
  /** steps that it was given */
  readonly given: number;
  /** of its schedule, where that follows evaluations */
  readonly schedule?: ScheduleState;
}

/** What a tensor of an optimizer's state is called. Parameters are "layer.name", so that none has such a name. */
export const slotName = (region: string, parameter: string) => `optimizer.${region}.${parameter}`;

/** The losses that can be written down: with another the network has none after it was read. */
const losses = () => [crossEntropy(), binaryCrossEntropy(), meanSquaredError(), sumSquaredError()];

export function objectiveNamed(name: string | undefined): Objective | undefined {
  const loss = losses().find((each) => each.name === name);
  return loss && termOf(loss);
}

export function aboutOf({ core, seed, training }: Inside): About {
  const { step, scales, objective, epochs, slots, given, schedule } = training;
  const loss = objective?.length === 1 ? objective[0]!.loss : undefined;
  const isKnown = loss !== undefined && losses().includes(loss);
  return {
    version: VERSION,
    ...describe(core, seed),
    training: {
      step,
      scales,
      ...(isKnown && { loss: loss.name }),
      epochs,
      ...(slots && {
        optimizer: { name: slots.name, regions: slots.regions, given, ...(schedule && { schedule }) },
      }),
    },
  };
}

const count = whole(0);
const object: Rule = [isObject, "an object"];
const shape: Rule = [(value) => isShape(value), "a list of whole numbers of at least 1"];
const regionsRule: Rule = [
  (value) =>
    Array.isArray(value) &&
    value.length <= 8 &&
    value.every(partName[0]) &&
    new Set(value).size === value.length,
  "a list of the names of up to 8 regions",
];
const scheduleRule: Rule = [
  (value) => isObject(value) && Object.values(value).every(finite[0]),
  "an object of numbers",
];
const layersRule: Rule = [
  (value) =>
    Array.isArray(value) &&
    value.every((each) => isMade(each) || (isObject(each) && typeof each.own === "string")),
  "a list of layers",
];

/**
 * Reads it.
 *
 * @param file how messages name the file
 * @throws DataError where it is no checkpoint, of another version, or anything in it is not as it must be
 */
export function readAbout(file: string, metadata: Readonly<Record<string, string>>): About {
  const json = Object.hasOwn(metadata, KEY) ? metadata[KEY]! : undefined;
  if (json === undefined) {
    throw new DataError(
      `${file}: holds tensors, but is no checkpoint, such as save(net, path) writes; for weights use net.load((await loadSafetensors(path)).tensors)`,
    );
  }
  return withName(file, () => {
    let about: unknown;
    try {
      about = JSON.parse(json);
    } catch {
      throw new DataError(`its metadata ${show(KEY)} is no JSON`);
    }
    const version = isObject(about) ? about.version : undefined;
    if (version !== VERSION) {
      throw new DataError(
        `is a checkpoint of version ${show(version)}; this version of kobai reads ${VERSION}`,
      );
    }
    const read = fields<About>(
      "the checkpoint",
      about,
      {
        version: count,
        input: shape,
        output: shape,
        dtype: oneOf("float32", "float64"),
        seed,
        layers: layersRule,
        training: object,
      },
      ["layers"],
    );
    const training = fields<TrainingAbout>(
      "training",
      read.training,
      {
        step: count,
        scales: [(value) => Array.isArray(value) && value.every(finite[0]), "a list of finite numbers"],
        loss: text,
        epochs: object,
        optimizer: object,
      },
      ["loss", "optimizer"],
    );
    const epochs = fields<Epochs>(
      "epochs",
      training.epochs,
      {
        place: count,
        first: count,
        of: count,
        batchSize: count,
        stepsPerEpoch: count,
        seed,
      },
      ["of"],
    );
    const { optimizer } = training;
    return {
      ...read,
      training: {
        ...training,
        epochs: { ...epochs, of: epochs.of },
        ...(optimizer && {
          optimizer: fields<OptimizerAbout>(
            "optimizer",
            optimizer,
            { name: text, regions: regionsRule, given: count, schedule: scheduleRule },
            ["schedule"],
          ),
        }),
      },
    };
  });
}

/** All fields of an object, of which only those listed may be missing. */
function fields<T extends object>(
  what: string,
  value: unknown,
  rules: { readonly [K in keyof Required<T>]: Rule },
  optional: readonly (keyof T)[],
): T {
  const read = options<T>(what, value as T, rules);
  for (const name of Object.keys(rules) as (keyof T & string)[]) {
    if (!optional.includes(name)) check(what, name, read[name], rules[name]);
  }
  return read;
}

/** What goes wrong in here is the file's fault. */
export function withName<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const isOfFile = [DataError, OptionError, ShapeError].some((kind) => error instanceof kind);
    if (!isOfFile) throw error;
    throw new DataError(`${file}: ${(error as Error).message}`, { cause: error });
  }
}
