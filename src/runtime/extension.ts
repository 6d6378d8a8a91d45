// The extension: a second module of kernels (assembly/extension.ts), which a page loads only where it uses something of it.

import { instantiateSync } from "@assemblyscript/loader";
import type { ExtensionOp, Op } from "../../assembly/isa/index.ts";
import packed from "../../build/kobai-extension.wasm";
import { isNode } from "../node.ts";
import { unpack } from "./unpack.ts";
import { type KernelFile, type LinkedExtension, type LinkOptions, linkFile, useExtension } from "./wasm.ts";

/** What assembly/extension.ts exports. */
type Exports = Pick<LinkedExtension, "execute">;

const file: KernelFile = {
  packed,
  option: "extension",
  path: "wasm-extension",
  isRelaxed: "relaxedExtension",
};

/**
 * The opcode of an instruction that the extension has the kernel of. Whoever has one has told `init` to link the extension, so this is called
 * where a module is loaded, at its top. Where a page does not use what it gives, bundlers leave the call out, and the extension with it.
 *
 * @example const absOperation = unary("abs", extension(ExtensionOp.abs), …);
 */
// @__NO_SIDE_EFFECTS__ (none that matters to whoever does not use the opcode)
export function extension(op: ExtensionOp): Op {
  useExtension(linkExtension);
  return op as number as Op;
}

async function linkExtension(memory: WebAssembly.Memory, options: LinkOptions): Promise<LinkedExtension> {
  // In Node everything of kobai is there, used or not: it waits for its first instruction. Other threads cannot wait: they get it when they start.
  if (isNode && options.build === "plain" && !options.shared && options.source === undefined) {
    return { execute: onceCalled(() => instantiateSync<Exports>(unpack(...packed), { env: { memory } })) };
  }
  const { exports, module } = await linkFile<Exports>(file, memory, options, {});
  return { execute: exports.execute, module };
}

/** The `execute` of what `link` gives when it is needed. */
function onceCalled(link: () => { readonly exports: Exports }): Exports["execute"] {
  let execute: Exports["execute"] | undefined;
  return (instruction, lane, lanes) => {
    execute ??= link().exports.execute;
    execute(instruction, lane, lanes);
  };
}
