import type { Tensor } from "../tensor.ts";

/** Where a network stands in a sequence of shuffled epochs. */
export interface Epochs {
  /** steps of this sequence so far */
  place: number;
  /** the number of its first epoch: epochs are numbered on, so that none has the order of one before */
  readonly first: number;
  /** a digest of the samples that it goes through; undefined after a fit that drew with replacement */
  readonly of: number | undefined;
  readonly batchSize: number;
  /** 0 before the first sequence */
  readonly stepsPerEpoch: number;
  readonly seed: number;
}

/** Before any fit. */
export const noEpochs: Epochs = {
  place: 0,
  first: 0,
  of: undefined,
  batchSize: 0,
  stepsPerEpoch: 0,
  seed: 0,
};

/** What makes a sequence of epochs: fits that have all of it in common go through one. */
export type Sequence = Pick<Epochs, "of" | "batchSize" | "stepsPerEpoch" | "seed">;

/** Goes on where the last fit was of the same sequence; else begins the next one. */
export function continued(before: Epochs, next: Sequence): Epochs {
  const names = Object.keys(next) as (keyof Sequence)[];
  if (names.every((name) => before[name] === next[name])) return before;
  return {
    place: 0,
    first: before.first + Math.ceil(before.place / Math.max(1, before.stepsPerEpoch)),
    ...next,
  };
}

/** Elements that tell one data set from another. */
const DIGESTED = 1024;

/** A number that most likely differs where the samples do: of some of the bytes of each input, spread evenly (FNV-1a). */
export function digestOf(inputs: readonly Tensor[]): number {
  let digest = 0x811c9dc5;
  const add = (word: number) => {
    digest = Math.imul(digest ^ word, 0x01000193) >>> 0;
  };
  for (const { data, shape } of inputs) {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    for (const length of shape) add(length);
    // An odd stride meets every byte of an element in turn.
    const stride = Math.max(1, Math.floor(bytes.length / DIGESTED)) | 1;
    for (let i = 0; i < bytes.length; i += stride) add(bytes[i]!);
  }
  return digest;
}
