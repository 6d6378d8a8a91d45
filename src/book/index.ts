// kobai/book: the functions, layers, networks and optimizers of 『ゼロから作るDeep Learning』 under the book's names, on kobai's engine.
// Tensors, typed arrays and nested arrays go in; plain tensors and numbers come out.

export { Convolution, col2im, im2col, Pooling } from "./convolution.ts";
export {
  type ConvParam,
  DeepConvNet,
  type DeepConvNetOptions,
  SimpleConvNet,
  type SimpleConvNetOptions,
} from "./convolution-networks.ts";
export {
  type CrossEntropyOptions,
  crossEntropyError,
  type Elementwise,
  identity,
  meanSquaredError,
  relu,
  sigmoid,
  softmax,
  step,
  sumSquaredError,
} from "./functions.ts";
export { Add, Affine, Mul, Relu, Sigmoid, SoftmaxWithLoss } from "./layers.ts";
export type { MultiLayerNetOptions } from "./multi-layer.ts";
export { MultiLayerNetExtend, type MultiLayerNetExtendOptions } from "./multi-layer-net-extend.ts";
export { type BookNetworkOptions, MultiLayerNet, TwoLayerNet, type TwoLayerNetOptions } from "./networks.ts";
export { AdaGrad, Adam, Momentum, SGD, type Trainable, type Updates, updater } from "./optimizers.ts";
export { Perceptron, type PerceptronOptions } from "./perceptron.ts";
export { BatchNormalization, Dropout } from "./regularization.ts";
export { SimpleNet } from "./simple-net.ts";
export { type Learner, Trainer, type TrainerOptions } from "./trainer.ts";
