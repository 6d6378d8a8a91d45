import { ExtensionOp } from "../isa";
import { opcode } from "../memory";
import {
  ADADELTA,
  ADAGRAD,
  ADAM,
  ADAMAX,
  AMSGRAD,
  LION,
  MOMENTUM,
  NADAM,
  NESTEROV,
  RADAM,
  RMSPROP,
  SGD,
  update,
} from "./extended";
import { addGradients, clipScale, squares } from "./gradients";

export function dispatch<T>(i: usize, lane: i32, lanes: i32): void {
  switch (opcode(i)) {
    case ExtensionOp.addGradients:
      return addGradients<T>(i, lane, lanes);
    case ExtensionOp.squares:
      return squares<T>(i, lane, lanes);
    case ExtensionOp.clipScale:
      return clipScale(i, lane);
    case ExtensionOp.sgd:
      return update<T>(SGD, i, lane, lanes);
    case ExtensionOp.momentum:
      return update<T>(MOMENTUM, i, lane, lanes);
    case ExtensionOp.nesterov:
      return update<T>(NESTEROV, i, lane, lanes);
    case ExtensionOp.adaGrad:
      return update<T>(ADAGRAD, i, lane, lanes);
    case ExtensionOp.rmsprop:
      return update<T>(RMSPROP, i, lane, lanes);
    case ExtensionOp.adadelta:
      return update<T>(ADADELTA, i, lane, lanes);
    case ExtensionOp.adam:
      return update<T>(ADAM, i, lane, lanes);
    case ExtensionOp.amsgrad:
      return update<T>(AMSGRAD, i, lane, lanes);
    case ExtensionOp.nadam:
      return update<T>(NADAM, i, lane, lanes);
    case ExtensionOp.radam:
      return update<T>(RADAM, i, lane, lanes);
    case ExtensionOp.adamax:
      return update<T>(ADAMAX, i, lane, lanes);
    case ExtensionOp.lion:
      return update<T>(LION, i, lane, lanes);
    default:
      assert(false, "unknown opcode");
  }
}
