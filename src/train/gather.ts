import { GatherArg } from "../../assembly/isa/data.ts";
import { Op } from "../../assembly/isa/index.ts";
import { dtypeCodes, type Instruction, instruction } from "../runtime/instructions.ts";
import type { DTypeName } from "../tensor.ts";

/** Which rows a batch takes: `indices` (or the rows themselves where 0) from (step modulo stepsPerEpoch) · stride on. */
export interface RowChoice {
  readonly indices: number;
  readonly state: number;
  readonly stepsPerEpoch: number;
  readonly stride: number;
}

/** What is gathered, and where to; out, data and scale are addresses. */
export interface Gathered {
  readonly out: number;
  readonly data: number;
  readonly source: DTypeName;
  readonly m: number;
  readonly width: number;
  readonly scale: number;
}

const fromTheFirst: RowChoice = { indices: 0, state: 0, stepsPerEpoch: 1, stride: 0 };

/** The instruction that takes rows out of data of any type, as `dtype`, times a scale; by default its first `m` rows. */
export function gather(dtype: DTypeName, of: Gathered, choice = fromTheFirst): Instruction {
  const { out, data, source, m, width, scale } = of;
  const operands = {
    [GatherArg.out]: out,
    [GatherArg.data]: data,
    [GatherArg.source]: dtypeCodes[source],
    [GatherArg.m]: m,
    [GatherArg.width]: width,
    [GatherArg.indices]: choice.indices,
    [GatherArg.state]: choice.state,
    [GatherArg.stepsPerEpoch]: choice.stepsPerEpoch,
    [GatherArg.stride]: choice.stride,
    [GatherArg.scale]: scale,
  };
  return instruction<GatherArg>(Op.gather, dtype, operands, m * (5 + 0.065 * width));
}
