// What each kind of layer can be told by clicking, and what it is told when it is added.

import type { LayerDescription } from "kobai/worker";

/** How an argument is given. */
export type Field =
  | {
      readonly is: "number";
      readonly min: number;
      readonly max: number;
      readonly step: number;
      readonly usual: number;
    }
  | { readonly is: "choice"; readonly of: readonly string[]; readonly usual: string }
  /** whole numbers, with commas between them */
  | { readonly is: "list"; readonly usual: readonly number[] };

const whole = (usual: number, max: number): Field => ({ is: "number", min: 1, max, step: 1, usual });
const rate: Field = { is: "number", min: 0, max: 0.9, step: 0.05, usual: 0.2 };
const padding: Field = { is: "choice", of: ["valid", "same"], usual: "valid" };
const kernel = whole(3, 9);
const filters = whole(8, 64);
const stride = whole(1, 4);
const convolution = { filters, kernel, stride, padding };
/** Without a stride of its own a window moves by its size. */
const pool = { window: whole(2, 9) };
const upsample = { factor: whole(2, 4) };

/** The arguments by kind: kinds that are not here take nothing but layers. */
export const fieldsOf: Readonly<Record<string, Readonly<Record<string, Field>>>> = {
  dense: { units: whole(8, 512) },
  conv2d: convolution,
  conv1d: convolution,
  separableConv2d: convolution,
  convTranspose2d: convolution,
  depthwiseConv2d: { kernel, stride, padding },
  maxPool2d: pool,
  avgPool2d: pool,
  maxPool1d: pool,
  avgPool1d: pool,
  upsample2d: upsample,
  upsample1d: upsample,
  groupNorm: { groups: whole(2, 64) },
  dropout: { rate },
  spatialDropout: { rate },
  permute: { axes: { is: "list", usual: [1] } },
  reshape: { shape: { is: "list", usual: [28, 28, 1] } },
};

/** Arguments that a layer cannot be without; what else there is is written down only where it is not the usual. */
const needed = ["units", "filters", "kernel", "window", "factor", "groups", "rate", "axes", "shape"];

/** A layer of a kind as it is added. */
export function newLayer(kind: string): LayerDescription {
  const given = Object.entries(fieldsOf[kind] ?? {}).filter(([name]) => needed.includes(name));
  return {
    kind,
    ...Object.fromEntries(given.map(([name, { usual }]) => [name, usual])),
    // x + relu(x): of any shape.
    ...(kind === "residual" && { layers: [{ kind: "relu" }] }),
  };
}

/** The layers within one, such as a residual block's; undefined where there is no room for any. */
export const layersIn = ({ kind, layers }: LayerDescription): readonly LayerDescription[] | undefined =>
  kind === "residual" ? (Array.isArray(layers) ? layers : []) : undefined;

/** A list that was typed: whole numbers of at least 1; undefined where it is none. */
export function listOf(text: string): readonly number[] | undefined {
  const list = text
    .split(/[,、\s×]+/)
    .filter((each) => each !== "")
    .map(Number);
  return list.length > 0 && list.every((each) => Number.isInteger(each) && each >= 1) ? list : undefined;
}
