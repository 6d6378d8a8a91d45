// kobai/io: files of tensors.

export {
  loadSafetensors,
  parse,
  type Safetensors,
  saveSafetensors,
  serialize,
  sha256,
} from "./safetensors.ts";
