// Networks in files: written, and made again. Functions and no methods, so that a page that does neither loads nothing of it.

import { check } from "../../check.ts";
import { DataError, StateError } from "../../errors.ts";
import { writeFileAtomic } from "../../io/atomic.ts";
import type { Bytes } from "../../io/bytes.ts";
import { locateFile } from "../../io/place.ts";
import { type AnyNetwork, type Inside, insideOf, type Network, networkRule } from "../network.ts";
import { sequential } from "../sequential.ts";
import { withName } from "./about.ts";
import { read, restore as restoreInto } from "./read.ts";
import { layerOf } from "./rebuild.ts";
import { write } from "./write.ts";

/**
 * Saves a network and where its training stands in a file: what `load` makes the same network of, which predicts, evaluates and trains on
 * to the same bits as this one would; or `restore`, where it is a `model`. The file appears whole or not at all, also where the process is killed
 * meanwhile.
 *
 * It is a safetensors file with the parameters under their names, so that others can read it, too. Beside them it holds the optimizer's
 * state (with a moving average of the weights), the steps done, the place in the epochs, the seed, the scale and the class names of the
 * data, the losses, what callbacks remember (`earlyStopping` with the best weights, `saveBest`, the logs, `stateful`), what the layers were made of,
 * the version of kobai that wrote it, and a checksum (CRC-32) of it all. It may be called between a fit's steps, from its callbacks.
 *
 * @param net what to save @param path a path, as a string or a `file:` URL
 * @throws FileError what the file system says
 * @throws UnsupportedError in a page, which has no file system: there `checkpoint(net)` gives the bytes
 * @throws OptionError where it is no network or no path @throws StateError where it was disposed of
 * @example await save(net, "digits.safetensors");
 */
export async function save(net: AnyNetwork, path: string | URL): Promise<void> {
  // Before anything is awaited: training goes on meanwhile.
  const bytes = write("save", inside("save", net));
  await writeFileAtomic(
    await locateFile("save", path, "checkpoint(net) gives the bytes, to store or to send"),
    bytes,
  );
}

/**
 * The bytes of the file that `save` writes: for a page, to store or to send.
 *
 * @throws OptionError where it is no network @throws StateError where it was disposed of
 * @example checkpoint(net).length > 4 * 7850; // true
 */
export function checkpoint(net: AnyNetwork): Uint8Array<ArrayBuffer> {
  return write("checkpoint", inside("checkpoint", net));
}

/**
 * Makes a network again of a file that `save` wrote, or of the bytes of one: it predicts, evaluates and trains on to the same bits as the one that
 * was saved. `fit` goes on with the optimizer's state if its optimizer is of the same kind (whatever its rate and its extras), and within the
 * epoch where samples, batch size and seed are the same. With other extras the regions that both have go on, and so does the count of
 * updates; a moving average that is new begins with the weights; of a group of steps that was begun (`accumulate`), what was added up is dropped
 * where groups have another length.
 *
 * The file says what the run was: its optimizer, schedule and extras, loss, batch size, sampling, seed, gradient, weights and samples. A `fit` with
 * `from` must be the same run, and is refused where one of these is another; without `from` the network is trained on by whatever options.
 *
 * A loss of one's own is not in the file: give it to `evaluate`. Nor are layers of one's own, or a `model`'s function, which is code: there make
 * the network by the code that made it, and `restore` it.
 *
 * @param source a path, a `file:` URL, or bytes
 * @throws DataError where it is no such file, of a later version, damaged since it was written, or holds a network that cannot be made: the
 * message names the first problem
 * @throws FileError what the file system says
 * @throws UnsupportedError in a page for a path: there fetch the file and load its bytes
 * @throws MemoryError where it does not fit @throws StateError before `init()`
 * @example
 * ```ts
 * import { load, save } from "kobai";
 * await save(net, "digits.safetensors");
 * const again = await load("digits.safetensors");
 * again.predict(new Float32Array(784)).shape; // [10]
 * ```
 */
export async function load(source: string | URL | Bytes): Promise<Network> {
  const found = await read("load", source);
  const { file, about } = found;
  const { madeBy, layers, inputs, dtype, seed } = about;
  const own = layers.findIndex((layer) => "own" in layer);
  if (madeBy !== "sequential" || own >= 0) {
    const what =
      madeBy === "sequential"
        ? `layer ${own + 1}, ${JSON.stringify((layers[own] as { own: string }).own)}, is one of a user's own`
        : `it was made by ${madeBy}, whose function is code`;
    throw new DataError(
      `${file}: cannot say what its network does: ${what}. Make the network by the code that made it, and restore(net, file)`,
    );
  }
  const net = withName(file, () =>
    sequential(
      layers.map((layer) => layerOf(layer as never)),
      { input: inputs[0]!.shape, dtype, seed },
    ),
  );
  try {
    restoreInto(insideOf(net), found);
  } catch (error) {
    net.dispose();
    throw error;
  }
  return net;
}

/**
 * Makes a network what the one was that `save` wrote: its parameters, the optimizer's state, and where training stands. All of it, or
 * nothing where the file is not of a network like this one. Networks of any kind can be restored, a `model` too; that its function, and layers of
 * one's own, do what they did is for the caller to see to, as far as inputs, outputs, layers and shapes do not show it.
 *
 * What is dropped from then on is for `net` to say: a run goes on with another rate of its dropout in a network that was made with that.
 *
 * @param net made by the same code, with the same seed @param source as for `load`
 * @throws DataError naming the first difference: an input, an output, a layer, a shape, the seed; where the file is damaged
 * @throws FileError, UnsupportedError as `load` does
 * @throws OptionError where it is no network
 * @throws StateError where the network is being trained, or was disposed of
 * @example
 * ```ts
 * import { checkpoint, dense, layer, restore, sequential } from "kobai";
 * import { scale } from "kobai/ops";
 * const make = () => sequential([dense(3), layer("half", (x) => scale(x, 0.5))], { input: [2], seed: 7 });
 * const trained = make();
 * const again = make();
 * await restore(again, checkpoint(trained));
 * ```
 */
export async function restore(net: AnyNetwork, source: string | URL | Bytes): Promise<void> {
  inside("restore", net);
  const found = await read("restore", source);
  // Asked again: a fit may have begun, or the network be gone.
  const now = inside("restore", net);
  if (now.isFitting) throw new StateError("restore: this network is being trained; await that fit first");
  restoreInto(now, found);
}

function inside(call: string, net: AnyNetwork): Inside {
  return insideOf(check(call, "net", net, networkRule));
}
