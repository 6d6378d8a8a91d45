/*! Holds SHA-256 of @noble/hashes, MIT License, Copyright (c) 2022 Paul Miller (https://paulmillr.com) */

import { sha256 as digestOf } from "@noble/hashes/sha2.js";
import type { Tensor } from "../tensor.ts";
import { write } from "./safetensors.ts";

/**
 * The SHA-256 of tensors' elements, in hexadecimal: of what follows the header in a safetensors file of the same tensors,
 * their little-endian bytes in order. Two networks with the same digest have the same weights to the last bit.
 *
 * @throws DataError, ShapeError as `serialize` does
 * @example await sha256({ w: tensor([1, 2]) });
 */
export async function sha256(tensors: Readonly<Record<string, Tensor>>): Promise<string> {
  const { data } = write("sha256", tensors, {});
  // A page that comes over plain http has no `subtle`, which is six times as fast and leaves the thread free. A build of one's own may have the other
  // loaded only then: it is waited for.
  const { subtle } = globalThis.crypto ?? {};
  const digest = subtle ? new Uint8Array(await subtle.digest("SHA-256", data)) : await digestOf(data);
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
