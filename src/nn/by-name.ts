// All losses, and all initializers: for who takes one by its name, such as a checkpoint and the worker. A page that names its own does not load
// the others.

import { bernoulli, constant, he, normal, uniform, xavier, zeros } from "./initializers.ts";
import { binaryCrossEntropy, crossEntropy, meanSquaredError, sumSquaredError } from "./losses.ts";

export const losses = { crossEntropy, binaryCrossEntropy, meanSquaredError, sumSquaredError };

export const initializers = { bernoulli, constant, he, normal, uniform, xavier, zeros };
