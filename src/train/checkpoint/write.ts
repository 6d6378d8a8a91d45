// The bytes of a checkpoint: a safetensors file with everything that what follows depends on.

import { write as writeTensors } from "../../io/safetensors.ts";
import type { Tensor } from "../../tensor.ts";
import type { Inside } from "../network.ts";
import type { Variables } from "../variables.ts";
import { type About, aboutOf, KEY, slotName } from "./about.ts";
import { regionsOf } from "./regions.ts";

/** @param call how messages name the caller */
export function write(call: string, inside: Inside): Uint8Array<ArrayBuffer> {
  const tensors: Record<string, Tensor> = {};
  const { core, training } = inside;
  const add = (variables: Variables, nameOf = (variable: string) => variable, address?: number) => {
    if (variables.length === 0) return;
    for (const [name, tensor] of regionsOf(core, variables, address))
      tensors[nameOf(name)] = { ...tensor, data: tensor.data.slice() };
  };
  const { parameters, state } = core;
  add(parameters);
  add(state);
  const { slots } = training;
  for (let i = 0; i < (slots?.count ?? 0); i++) {
    add(parameters, (name) => slotName(i, name), slots!.address + i * parameters.bytes);
  }
  const about: About = aboutOf(inside);
  return writeTensors(call, tensors, { [KEY]: JSON.stringify(about) }).bytes;
}
