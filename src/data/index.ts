// kobai/data: what training reads.

export { type AnyDataset, sampleCount, type Tensors } from "./apart.ts";
export { type BatchOf, sampleBatch, takeBatch } from "./batch.ts";
export {
  channelsFirst,
  channelsLast,
  kernelFromTorch,
  kernelToTorch,
  type TorchKernelOptions,
} from "./channels.ts";
export type { Dataset } from "./dataset.ts";
export { parseIdx } from "./idx.ts";
export type { MnistOptions, TrainTest } from "./image-set.ts";
export { fashionMnist, mnist } from "./mnist.ts";
export { decompress } from "./read-idx.ts";
export { type SplitOptions, splitDataset } from "./split.ts";
