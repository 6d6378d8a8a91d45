// kobai/data: what training reads.

export { sampleBatch, takeBatch } from "./batch.ts";
export { channelsFirst, channelsLast, kernelFromTorch, kernelToTorch } from "./channels.ts";
export { type Dataset, sampleCount } from "./dataset.ts";
export { parseIdx } from "./idx.ts";
export type { MnistOptions, TrainTest } from "./image-set.ts";
export { fashionMnist, mnist } from "./mnist.ts";
export { decompress } from "./read-idx.ts";
export { type SplitOptions, splitDataset } from "./split.ts";
