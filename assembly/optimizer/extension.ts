import { ExtensionOp } from "../isa";
import { opcode, unknownOpcode } from "../memory";
import * as extended from "./extended";
import { addGradients, clipGradients, clipScale, squares } from "./gradients";

// Every kernel is called in two places, else Binaryen would make one function of all of them, and V8 hold their vectors in memory.

export function dispatch<T>(i: usize, lane: i32, lanes: i32): void {
  if (lanes == 1) kernel<T>(i, 0, 1);
  else kernel<T>(i, lane, lanes);
}

@inline
function kernel<T>(i: usize, lane: i32, lanes: i32): void {
  switch (opcode(i)) {
    case ExtensionOp.addGradients:
      return addGradients<T>(i, lane, lanes);
    case ExtensionOp.clipGradients:
      return clipGradients<T>(i, lane, lanes);
    case ExtensionOp.squares:
      return squares<T>(i, lane, lanes);
    case ExtensionOp.clipScale:
      return clipScale<T>(i, lane);
    case ExtensionOp.sgd:
      return extended.sgd<T>(i, lane, lanes);
    case ExtensionOp.momentum:
      return extended.momentum<T>(i, lane, lanes);
    case ExtensionOp.nesterov:
      return extended.nesterov<T>(i, lane, lanes);
    case ExtensionOp.adaGrad:
      return extended.adaGrad<T>(i, lane, lanes);
    case ExtensionOp.rmsprop:
      return extended.rmsprop<T>(i, lane, lanes);
    case ExtensionOp.adadelta:
      return extended.adadelta<T>(i, lane, lanes);
    case ExtensionOp.adam:
      return extended.adam<T>(i, lane, lanes);
    case ExtensionOp.amsgrad:
      return extended.amsgrad<T>(i, lane, lanes);
    case ExtensionOp.nadam:
      return extended.nadam<T>(i, lane, lanes);
    case ExtensionOp.radam:
      return extended.radam<T>(i, lane, lanes);
    case ExtensionOp.adamax:
      return extended.adamax<T>(i, lane, lanes);
    case ExtensionOp.lion:
      return extended.lion<T>(i, lane, lanes);
    default:
      unknownOpcode();
  }
}
