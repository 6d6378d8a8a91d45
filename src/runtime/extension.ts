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

// Whoever calls this says that it is pure (see graph/ops/elementwise.ts), which is not quite true, and true enough: it is of no use where its result
// is not used. So bundlers leave out the call, and with it the extension, where a page does not use the op.
/**
 * The opcode of an instruction that the extension has the kernel of. Whoever has one has told `init` to link the extension; so it is called
 * where a module is loaded, at its top.
 */
export function extension(op: ExtensionOp): Op {
  useExtension(linkExtension);
  return op as number as Op;
}

async function linkExtension(memory: WebAssembly.Memory, options: LinkOptions): Promise<LinkedExtension> {
  // In Node everything of kobai is there, used or not: it waits for its first instruction. Other threads cannot wait: they get it when they start.
  if (isNode && options.build === "plain" && !options.shared && options.source === undefined) {
    return { execute: onceCalled(() => instantiateSync<Exports>(unpack(...packed), { env: { memory } })) };
  }
  const { exports, module } = await linkFile<Exports>(file, memory, options);
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
