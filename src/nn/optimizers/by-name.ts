// All optimizers: for who takes one by its name, such as the command and the worker. A page that names its own does not load the others.

import { adaGrad, adam, momentum, sgd } from "./book.ts";
import { adadelta, adamax, adamw, amsgrad, lion, nadam, nesterov, radam, rmsprop } from "./further.ts";

export const optimizers = {
  sgd,
  momentum,
  nesterov,
  adaGrad,
  rmsprop,
  adadelta,
  adam,
  adamw,
  amsgrad,
  nadam,
  radam,
  adamax,
  lion,
};
