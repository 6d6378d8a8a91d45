import type { ExtensionOp, Op } from "../../assembly/isa/index.ts";

export function extension(op: ExtensionOp): Op {
  return op as number as Op;
}
