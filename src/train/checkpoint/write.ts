// The bytes of a checkpoint: a safetensors file with everything that what follows depends on.

import { write as writeTensors } from "../../io/safetensors.ts";
import type { Tensor } from "../../tensor.ts";
import type { Inside } from "../network.ts";
import { aboutOf, KEY, memoryName, slotName } from "./about.ts";
import { CHECKSUM, checksumOf } from "./checksum.ts";
import { regionOf, variablesOf } from "./regions.ts";

/** @param call how messages name the caller @param metadata what else the file is to hold */
export function write(
  call: string,
  inside: Inside,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const { core, training } = inside;
  const { slots, remembered = [] } = training;
  const tensors = new Map<string, Tensor>(variablesOf(core));
  for (const [i, name] of (slots?.regions ?? []).entries()) {
    const region = regionOf(core, core.parameters, slots!.address + i * core.parameters.bytes);
    for (const [parameter, tensor] of region) tensors.set(slotName(name, parameter), tensor);
  }
  for (const [i, { weights = {} }] of remembered.entries()) {
    for (const [name, tensor] of Object.entries(weights)) tensors.set(memoryName(i, name), tensor);
  }
  // Views of shared memory cannot be written.
  const copies: Record<string, Tensor> = Object.fromEntries(
    Array.from(tensors, ([name, { data, ...rest }]) => [name, { ...rest, data: data.slice() }]),
  );
  const texts = { ...metadata, [KEY]: JSON.stringify(aboutOf(call, inside)) };
  return writeTensors(call, copies, { ...texts, [CHECKSUM]: checksumOf(texts, copies) }).bytes;
}
