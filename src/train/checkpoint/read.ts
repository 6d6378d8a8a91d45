// Checkpoints made networks again.

import { DataError } from "../../errors.ts";
import type { Bytes } from "../../io/bytes.ts";
import { locateFile, nameOf, place } from "../../io/place.ts";
import { openFile } from "../../io/read-file.ts";
import { parse, readOpen, type Safetensors } from "../../io/safetensors.ts";
import { formatShape, sameShape, type Tensor } from "../../tensor.ts";
import { classNamesOf } from "../class-names.ts";
import type { Inside } from "../network.ts";
import { slots } from "../slots.ts";
import { type About, memoryName, objectiveOf, readAbout, slotName, withName } from "./about.ts";
import { checkChecksum } from "./checksum.ts";
import { describe, firstDifference } from "./description.ts";
import { regionOf, variablesOf } from "./regions.ts";

/** What a checkpoint holds, of which `about` was checked. */
export interface Checkpoint {
  /** how messages name it */
  readonly file: string;
  readonly about: About;
  readonly tensors: Readonly<Record<string, Tensor>>;
}

/** @param call how messages name the caller @param source a path, a `file:` URL, or bytes */
export async function read(call: string, source: string | URL | Bytes): Promise<Checkpoint> {
  const isPlace = place[0](source) || typeof source === "string";
  const { file, ...held } = isPlace
    ? await fromFile(call, source as string | URL)
    : { file: call, ...parse(source as Bytes, call) };
  checkChecksum(file, held);
  return { file, tensors: held.tensors, about: readAbout(file, held.metadata) };
}

async function fromFile(call: string, source: string | URL): Promise<Safetensors & { file: string }> {
  const path = await locateFile(call, source, `fetch the file, and ${call}(await response.arrayBuffer())`);
  const open = await openFile(path);
  try {
    return { file: nameOf(path), ...(await readOpen(open)) };
  } finally {
    await open.close();
  }
}

/**
 * Makes a network what the checkpoint's was: all of it, or nothing where it does not fit.
 *
 * @throws DataError naming the first difference
 */
export function restore(inside: Inside, { file, about, tensors }: Checkpoint): void {
  const { core } = inside;
  const difference = firstDifference(about, describe(core, inside.seed));
  if (difference !== undefined) throw new DataError(`${file}: does not fit the network: ${difference}`);
  const { step, scales, classNames, losses, epochs, optimizer, evaluated, callbacks = [] } = about.training;
  const { parameters } = core;
  const read = withName(file, () => ({
    objective: objectiveOf(core, losses),
    classNames: classNamesOf("training", core, classNames),
  }));
  if (scales.length !== core.inputs.length) {
    throw new DataError(
      `${file}: does not fit the network: it has ${scales.length} scales for ${core.inputs.length} inputs`,
    );
  }
  const slotNames = (optimizer?.regions ?? []).map((region) =>
    parameters.names.map((name) => [slotName(region, name), parameters.shapeOf(name)] as const),
  );
  const own = variablesOf(core).map(([name, { shape }]) => [name, shape] as const);
  const weights = callbacks.map(({ weights }, i) =>
    weights ? own.map(([name, shape]) => [memoryName(i, name), shape] as const) : [],
  );
  const finite = [...own, ...weights.flat()];
  checkTensors(file, core.dtype, finite, slotNames.flat(), tensors);
  const kept = optimizer && slots(core, optimizer.name, optimizer.regions);
  for (const [name, { data }] of variablesOf(core)) data.set(tensors[name]!.data);
  for (const [i, name] of (kept?.regions ?? []).entries()) {
    const region = regionOf(core, parameters, kept!.address + i * parameters.bytes);
    for (const [parameter, { data }] of region) data.set(tensors[slotName(name, parameter)]!.data);
  }
  inside.keepSlots(kept);
  Object.assign(inside.training, {
    ...read,
    step,
    scales,
    epochs,
    given: optimizer?.given ?? 0,
    schedule: optimizer?.schedule,
    evaluated,
    remembered: callbacks.map(({ name, value, weights: hasWeights }, i) => ({
      name,
      value,
      ...(hasWeights && {
        weights: Object.fromEntries(own.map(([name]) => [name, tensors[memoryName(i, name)]!])),
      }),
    })),
  });
}

type Expected = readonly (readonly [name: string, shape: readonly number[]])[];

/**
 * @param any of tensors that may hold anything: a sum of squared gradients can overflow while the network is trained on
 * @throws DataError for the first tensor that is missing, of another shape or type, not finite, or of nothing that there is
 */
function checkTensors(
  file: string,
  dtype: string,
  finite: Expected,
  any: Expected,
  tensors: Readonly<Record<string, Tensor>>,
): void {
  const fail = (what: string) => {
    throw new DataError(`${file}: does not fit the network: ${what}`);
  };
  const expected = [...finite, ...any];
  for (const [i, [name, shape]] of expected.entries()) {
    const tensor = Object.hasOwn(tensors, name) ? tensors[name]! : fail(`"${name}" is missing in the file`)!;
    if (!sameShape(tensor.shape, shape)) {
      fail(`"${name}" is ${formatShape(tensor.shape)} in the file and ${formatShape(shape)} here`);
    }
    if (tensor.dtype !== dtype) fail(`"${name}" is ${tensor.dtype} in the file and ${dtype} here`);
    if (i >= finite.length) continue;
    const bad = tensor.data.findIndex((element: number) => !Number.isFinite(element));
    if (bad >= 0) fail(`element ${bad} of "${name}" is ${tensor.data[bad]}`);
  }
  const names = new Set(expected.map(([name]) => name));
  const foreign = Object.keys(tensors).find((name) => !names.has(name));
  if (foreign !== undefined) fail(`it has nothing called "${foreign}"`);
}
