// Data sets of networks with several inputs or outputs: the tensors of a data set one by one, and put together again as they were.

import { check, finite, isObject, options, show } from "../check.ts";
import { DataError } from "../errors.ts";
import { checkTensor, formatShape, type Tensor } from "../tensor.ts";
import { checkDataset, type Dataset } from "./dataset.ts";

/** One tensor, or several by the names of a model's inputs or outputs. */
export type Tensors = Tensor | Readonly<Partial<Record<string, Tensor>>>;

/** A data set as `fit` takes it: `{ x, t }`, or for a `model` `{ x: { image, extra }, t: { digit, even } }`. */
export interface AnyDataset {
  readonly x: Tensors;
  readonly t: Tensors;
  readonly scale?: Dataset["scale"] | Readonly<Partial<Record<string, number>>>;
  readonly classes?: number;
  readonly classNames?: unknown;
}

/** What is taken of tensors, in the form that they have. */
export type Alike<X> = X extends Tensor ? Tensor : X;

/** One tensor of a data set. */
export interface Part {
  /** undefined where it is the only one */
  readonly name: string | undefined;
  /** what messages call it: "x", or "x.image" */
  readonly label: string;
  readonly tensor: Tensor;
  readonly scale: number;
}

/** A data set whose tensors were checked, and have as many samples each. */
export interface Apart {
  readonly n: number;
  readonly x: readonly Part[];
  readonly t: readonly Part[];
}

/**
 * The number of samples in a data set, of one input and target or of several.
 *
 * @throws DataError where it is no data set { x, t }, `x` or `t` is no tensor, or the two have different lengths
 * @throws OptionError where `scale` or `classes` are out of range
 * @example sampleCount({ x: tensor([[1, 2], [3, 4]]), t: tensor(new Uint8Array([0, 1])) }); // 2
 */
export function sampleCount(data: AnyDataset): number {
  return apart("dataset", data).n;
}

/** @throws DataError, OptionError as `sampleCount` says */
export function apart(name: string, data: AnyDataset): Apart {
  if (!isObject(data) || !(isNamed(data.x) || isNamed(data.t))) {
    const { x, t, n, scale } = checkDataset(name, data as Dataset);
    const part = (label: string, tensor: Tensor, of: number) => [
      { name: undefined, label, tensor, scale: of },
    ];
    return { n, x: part("x", x, scale), t: part("t", t, 1) };
  }
  const x = partsOf(name, "x", data.x, data.scale);
  const t = partsOf(name, "t", data.t, undefined);
  const [first] = x;
  const n = first?.tensor.shape[0];
  if (first === undefined || n === undefined) {
    throw new DataError(`${name}: ${first?.label ?? "x"} has no axis that counts the samples`);
  }
  for (const { label, tensor } of [...x, ...t]) {
    if (tensor.shape[0] === n) continue;
    throw new DataError(
      `${name}: ${first.label} has ${n} samples and ${label} has ${tensor.shape[0] ?? "none"}: ${first.label} is ` +
        `${formatShape(first.tensor.shape)}, ${label} is ${formatShape(tensor.shape)}`,
    );
  }
  return { n, x, t };
}

/** The other way round: what was made of each part, as the parts were given. */
export function together<X extends Tensors>(parts: readonly Part[], make: (part: Part) => Tensor): Alike<X> {
  const [first] = parts;
  if (first?.name === undefined) return make(first!) as Alike<X>;
  return Object.fromEntries(parts.map((part) => [part.name, make(part)])) as Alike<X>;
}

function partsOf(call: string, field: "x" | "t", given: unknown, scale: unknown): Part[] {
  if (!isNamed(given)) {
    const factor = scale ?? 1;
    check(call, "scale", factor, finite);
    const tensor = checkTensor(`${call}: ${field}`, given as Tensor);
    return [{ name: undefined, label: field, tensor, scale: factor as number }];
  }
  const names = Object.keys(given).filter((name) => given[name] !== undefined);
  const rules = Object.fromEntries(names.map((name) => [name, finite]));
  const scales: Record<string, number> = options(`${call}: scale`, scale as Record<string, number>, rules);
  return names.map((name) => {
    const label = `${field}.${name}`;
    const tensor = checkTensor(`${call}: ${label}`, given[name] as Tensor);
    return { name, label, tensor, scale: scales[name] ?? 1 };
  });
}

/** Whether these are tensors by name. What a tensor itself has are no objects such as they. */
function isNamed(value: unknown): value is Record<string, unknown> {
  if (!isObject(value)) return false;
  const all = Object.values(value).filter((each) => each !== undefined);
  return all.length > 0 && all.every(isObject);
}

/** The only part, or the one of this name. @throws DataError where it is not known which */
export function onePart(call: string, parts: readonly Part[], name: string | undefined, how: string): Part {
  const found =
    parts.find((part) => part.name === name) ?? (name === undefined && parts.length === 1 && parts[0]);
  if (found) return found;
  const names = parts.map((part) => show(part.name)).join(", ");
  throw new DataError(`${call}: ${how}; there are ${names}`);
}
