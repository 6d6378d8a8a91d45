import {
  adaGrad,
  adam,
  crossEntropy,
  type Dataset,
  dense,
  type FitOptions,
  he,
  type Layer,
  type Loss,
  momentum,
  normal,
  type Optimizer,
  relu,
  type SequentialOptions,
  sequential,
  sgd,
  sigmoid,
  sumSquaredError,
  tanh,
  tensor,
  uniform,
  xavier,
} from "../src/index.ts";
import { sha256 } from "../src/io/index.ts";
import { philox4x32 } from "../src/random.ts";

const SAMPLES = 1000;
const FEATURES = 37;
const CLASSES = 7;
const STEPS = 300;

/** What is trained, and how. */
export interface Run {
  readonly layers: readonly Layer[];
  readonly options: SequentialOptions;
  readonly data: Dataset;
  readonly fit: FitOptions;
}

interface Kind {
  readonly hidden: readonly Layer[];
  readonly optimizer: Optimizer;
  readonly sampling: "shuffle" | "replacement";
  readonly loss: Loss;
}

/** Every optimizer, activation, initializer, loss and way of sampling takes part in one of them. */
const runs: Readonly<Record<string, Kind>> = {
  "sgd relu shuffle": {
    hidden: [dense(31, { weight: he() }), relu()],
    optimizer: sgd({ lr: 0.1 }),
    sampling: "shuffle",
    loss: crossEntropy(),
  },
  "momentum sigmoid replacement": {
    hidden: [dense(16, { weight: xavier() }), sigmoid()],
    optimizer: momentum({ lr: 0.05 }),
    sampling: "replacement",
    loss: crossEntropy(),
  },
  "adaGrad tanh values": {
    hidden: [dense(20, { weight: uniform({ low: -0.2, high: 0.2 }) }), tanh()],
    optimizer: adaGrad({ lr: 0.02 }),
    sampling: "shuffle",
    loss: sumSquaredError(),
  },
  "adam deep": {
    hidden: [
      dense(33, { weight: he() }),
      relu(),
      dense(17, { weight: normal({ std: 0.3 }), bias: false }),
      tanh(),
    ],
    optimizer: adam({ lr: 0.003 }),
    sampling: "replacement",
    loss: crossEntropy(),
  },
};

/** Bytes drawn by our generator; the label is where the largest of a sample's first bytes stands. */
function data(values: boolean): Dataset {
  const x = Uint8Array.from(
    { length: SAMPLES * FEATURES },
    (_, i) => philox4x32([i, 0, 0, 0], [2024, 0])[0] >>> 24,
  );
  const t = Uint8Array.from({ length: SAMPLES }, (_, i) => {
    const first = x.subarray(i * FEATURES, i * FEATURES + CLASSES);
    return first.indexOf(Math.max(...first));
  });
  const rows = Float32Array.from({ length: SAMPLES * CLASSES }, (_, i) =>
    t[Math.floor(i / CLASSES)] === i % CLASSES ? 1 : 0,
  );
  return {
    x: tensor(x, [SAMPLES, FEATURES]),
    t: values ? tensor(rows, [SAMPLES, CLASSES]) : tensor(t),
    scale: 1 / 255,
  };
}

/** Trains in this thread; the SHA-256 of the weights. */
async function train({ layers, options, data, fit }: Run): Promise<string> {
  using net = sequential(layers, options);
  await net.fit(data, fit);
  return sha256(net.params);
}

/** The SHA-256 of the weights of each run in each type, after 300 steps in batches that leave a remainder; @param trained where it is done */
export async function fingerprints(trained = train): Promise<Record<string, string>> {
  const digests: Record<string, string> = {};
  for (const dtype of ["float32", "float64"] as const) {
    for (const [name, { hidden, ...fit }] of Object.entries(runs)) {
      digests[`${name} ${dtype}`] = await trained({
        layers: [...hidden, dense(CLASSES, { weight: he() })],
        options: { input: [FEATURES], seed: 42, dtype },
        data: data(fit.loss.targets === "values"),
        fit: { ...fit, batchSize: 48, steps: STEPS },
      });
    }
  }
  return digests;
}
