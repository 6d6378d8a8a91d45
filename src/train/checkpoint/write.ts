// The bytes of a checkpoint: a safetensors file with everything that what follows depends on.

import { write as writeTensors } from "../../io/safetensors.ts";
import type { Tensor } from "../../tensor.ts";
import type { Inside } from "../network.ts";
import { type About, aboutOf, KEY, slotName } from "./about.ts";
import { regionsOf } from "./regions.ts";

/** @param call how messages name the caller */
export function write(call: string, inside: Inside): Uint8Array<ArrayBuffer> {
  const tensors: Record<string, Tensor> = {};
  const { core, training } = inside;
  const add = (address: number, nameOf: (variable: string) => string) => {
    for (const [name, tensor] of regionsOf(core, address))
      tensors[nameOf(name)] = { ...tensor, data: tensor.data.slice() };
  };
  add(core.parameters.address, (name) => name);
  const { slots } = training;
  for (let i = 0; i < (slots?.count ?? 0); i++) {
    add(slots!.address + i * core.parameters.bytes, (name) => slotName(i, name));
  }
  const about: About = aboutOf(inside);
  return writeTensors(call, tensors, { [KEY]: JSON.stringify(about) }).bytes;
}
