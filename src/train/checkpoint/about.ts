// What a checkpoint says of a network besides its tensors, as JSON: written, and read from a file that may be anything.

import {
  anything,
  check,
  finite,
  flag,
  isObject,
  isShape,
  isWhole,
  name as nameRule,
  numbers as numbersRule,
  oneOf,
  options,
  partName,
  positive,
  property,
  type Rule,
  seed,
  show,
  text,
  whole,
} from "../../check.ts";
import { DataError, OptionError, ShapeError } from "../../errors.ts";
import { losses } from "../../nn/by-name.ts";
import type { ScheduleState } from "../../nn/rate.ts";
import { version as kobai } from "../../version.ts";
import type { Json } from "../callbacks/json.ts";
import type { Core } from "../core.ts";
import type { Epochs } from "../epochs.ts";
import type { Objective } from "../face.ts";
import type { Inside } from "../network.ts";
import { type Description, describe, isMade } from "./description.ts";
import { aboutRun, type RunAbout } from "./run.ts";

/** Where it stands in a file's metadata. */
export const KEY = "kobai";

/** Of what follows here. */
const VERSION = 1;

/** Everything besides tensors. */
export interface About extends Description {
  readonly version: number;
  /** the version of kobai that wrote it */
  readonly kobai: string;
  readonly training: TrainingAbout;
}

/** Where training stands. */
export interface TrainingAbout {
  /** steps of all fits */
  readonly step: number;
  /** what integers are multiplied by, of each input */
  readonly scales: readonly number[];
  /** as data sets give them */
  readonly classNames?: unknown;
  /** the last fit's, if they were kobai's: LossAbout, as `fit` takes losses */
  readonly losses?: unknown;
  readonly epochs: Epochs;
  readonly optimizer?: OptimizerAbout;
  /** after how many steps of its run the last fit was evaluated for the last time */
  readonly evaluated?: number;
  /** what its callbacks remember */
  readonly callbacks?: readonly CallbackAbout[];
  /** what its bits depend on besides */
  readonly run?: RunAbout;
}

/** The loss of an output. */
export interface LossAbout {
  readonly name: string;
  readonly weight: number;
}

/** What a callback remembers besides tensors. */
export interface CallbackAbout {
  readonly name: string;
  /** which the callback checks */
  readonly value: Json;
  /** whether there are parameters and state as they once were, too */
  readonly weights: boolean;
}

/** An optimizer's state besides its tensors. */
export interface OptimizerAbout {
  readonly name: string;
  /** the regions of its state */
  readonly regions: readonly string[];
  /** how many steps an update takes */
  readonly every?: number | undefined;
  /** steps that it was given */
  readonly given: number;
  /** of its schedule, where that follows evaluations */
  readonly schedule?: ScheduleState;
}

/** What a tensor of an optimizer's state is called. Parameters are "layer.name", so that none has such a name. */
export const slotName = (region: string, parameter: string) => `optimizer.${region}.${parameter}`;

/** The same of the parameters and the state that a callback remembers. */
export const memoryName = (callback: number, variable: string) => `callback.${callback}.${variable}`;

/** The losses that can be written down: with another the network has none after it was read. */
const written = () => Object.values(losses).map((make) => make());

/** @throws OptionError where they are not by the network's outputs */
export function objectiveOf({ face }: Core, read: unknown): Objective | undefined {
  if (read === undefined) return undefined;
  const isOne = typeof property(read, "name") === "string";
  const terms = isOne ? { one: read } : (read as Readonly<Record<string, unknown>>);
  const found = Object.entries(terms).map(([output, each]) => {
    const { name, weight } = fields<LossAbout>("losses", each, { name: text, weight: positive });
    return [output, { loss: written().find((loss) => loss.name === name), weight }] as const;
  });
  // Of a later version.
  if (found.some(([, { loss }]) => !loss)) return undefined;
  return face.objective("losses", isOne ? found[0]![1].loss : Object.fromEntries(found));
}

/** @param call how messages name the caller @throws OptionError where a schedule of a user's own remembers what a file cannot hold */
export function aboutOf(call: string, { core, seed, training }: Inside): About {
  const {
    step,
    scales,
    classNames,
    objective,
    epochs,
    slots,
    given,
    schedule,
    evaluated,
    remembered = [],
    run,
  } = training;
  if (schedule) check(call, "what the schedule's next gives", schedule, numbersRule);
  const isKnown = objective?.every(({ loss }) => written().includes(loss));
  return {
    version: VERSION,
    kobai,
    ...describe(core, seed),
    training: {
      step,
      scales,
      ...(classNames.some(Boolean) && { classNames: core.face.byOutput(classNames) }),
      ...(isKnown && {
        losses: core.face.byTerm(
          objective!.map(({ loss: { name }, weight }): LossAbout => ({ name, weight })),
          objective!,
        ),
      }),
      epochs,
      ...(slots && {
        optimizer: {
          name: slots.name,
          regions: slots.regions,
          every: slots.update ? (slots.update.every ?? 1) : slots.every,
          given,
          ...(schedule && { schedule }),
        },
      }),
      ...(evaluated !== undefined && { evaluated }),
      ...(remembered.length > 0 && {
        callbacks: remembered.map(({ name, value, weights }) => ({
          name,
          value,
          weights: weights !== undefined,
        })),
      }),
      ...(run && { run: aboutRun(core, run) }),
    },
  };
}

const count = whole(0);
const object: Rule = [isObject, "an object"];
const portsRule: Rule = [
  (value) =>
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((each) => isObject(each) && typeof each.name === "string" && isShape(each.shape)),
  "a list of names and shapes",
];
const listOf = (words: string): Rule => [(value) => Array.isArray(value), words];
const regionsRule: Rule = [
  (value) =>
    Array.isArray(value) &&
    value.length <= 8 &&
    value.every(partName[0]) &&
    new Set(value).size === value.length,
  "a list of the names of up to 8 regions",
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
      const by = isObject(about) && nameRule[0](about.kobai) ? `, which kobai ${about.kobai} wrote` : "";
      const remedy = isWhole(version, VERSION + 1) ? ": update kobai" : "";
      throw new DataError(
        `is a checkpoint of version ${show(version)}${by}; kobai ${kobai} reads version ${VERSION}${remedy}`,
      );
    }
    const read = fields<About>("the checkpoint", about, {
      version: count,
      kobai: nameRule,
      madeBy: nameRule,
      inputs: portsRule,
      outputs: portsRule,
      dtype: oneOf("float32", "float64"),
      seed,
      layers: layersRule,
      training: object,
    });
    const training = fields<TrainingAbout>(
      "training",
      read.training,
      {
        step: count,
        scales: [(value) => Array.isArray(value) && value.every(finite[0]), "a list of finite numbers"],
        classNames: anything,
        losses: object,
        epochs: object,
        optimizer: object,
        evaluated: count,
        callbacks: listOf("a list of what callbacks remember"),
        run: object,
      },
      ["classNames", "losses", "optimizer", "evaluated", "callbacks", "run"],
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
    const { optimizer, callbacks, run } = training;
    if (run) check("run", "start", run.start, whole(0, training.step));
    return {
      ...read,
      training: {
        ...training,
        epochs: { ...epochs, of: epochs.of },
        ...(optimizer && {
          optimizer: fields<OptimizerAbout>(
            "optimizer",
            optimizer,
            { name: text, regions: regionsRule, every: whole(), given: count, schedule: numbersRule },
            ["every", "schedule"],
          ),
        }),
        ...(callbacks && {
          callbacks: callbacks.map((each, i) =>
            fields<CallbackAbout>(`callbacks[${i}]`, each, {
              name: text,
              value: [(value) => value !== undefined, "what it remembers"],
              weights: flag,
            }),
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
  optional: readonly (keyof T)[] = [],
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
