// The numerical gradient of the book's network of chapter 4, 784-50-10 with sigmoid, of 100 images, in float64 on one lane: swept
// inside wasm, and by the plain definition, two forward passes for each of the 39,760 parameters.

import { takeBatch } from "../src/data/index.ts";
import { sigmoid } from "../src/graph/ops/elementwise.ts";
import type { Value } from "../src/graph/value.ts";
import { size, type Tensor, type TypedArray } from "../src/tensor.ts";
import { sequential } from "../src/train/sequential.ts";
import { evaluate } from "../test/reference/graph.ts";
import { type Bench, clock, type Group, median, mustEqual, time } from "./harness.ts";
import { chapter4Training, digits, lossGraph, networkOf } from "./networks.ts";
import { program } from "./program.ts";

const BATCH = 100;
const H = 1e-4;
/** The sweep evaluates less than two forward passes do, so it rounds differently. */
const TOLERANCE = 1e-9;
/** Steps of training by numerical gradient: those measured, and those of the book's run. */
const MEASURED_STEPS = 1000;
const ALL_STEPS = 10_000;

/** Element `at` of a parameter. */
interface Element {
  readonly name: string;
  readonly at: number;
}

/** Elements of all parameters, spread evenly. */
function sampleElements(params: Readonly<Record<string, Value>>, count: number): Element[] {
  const all = Object.entries(params).flatMap(([name, { shape }]) =>
    Array.from({ length: size(shape) }, (_, at): Element => ({ name, at })),
  );
  return Array.from({ length: count }, (_, i) => all[Math.floor(((i + 0.5) * all.length) / count)]!);
}

/** (L(w + h) − L(w − h)) / 2h */
function centralDifference(w: TypedArray, at: number, loss: () => number): number {
  const value = w[at]!;
  w[at] = value + H;
  const above = loss();
  w[at] = value - H;
  const below = loss();
  w[at] = value;
  return (above - below) / (2 * H);
}

async function oneGradient({ quick, report }: Bench): Promise<void> {
  const { train } = await digits();
  const batch = takeBatch(train, 0, BATCH);
  const x: Tensor = { ...batch[0], dtype: "float64", data: Float64Array.from(batch[0].data) };
  const labels = Int32Array.from(batch[1].data);
  const net = sequential((await chapter4Training()).layers, { input: [784], seed: 42, dtype: "float64" });
  const swept = net.numericalGradient(x, labels, { h: H });
  const times = Array.from({ length: quick ? 5 : 15 }, () =>
    time(() => net.numericalGradient(x, labels, { h: H })),
  );
  const sweep = median(times);

  const graph = lossGraph("float64", BATCH, sigmoid);
  const values = new Map<Value, TypedArray>([
    [graph.x, x.data],
    [graph.t, labels],
    ...Object.entries(graph.params).map(([name, value]): [Value, TypedArray] => [
      value,
      net.params[name]!.data,
    ]),
  ]);
  net.dispose();
  const parameters = Object.values(graph.params).reduce((sum, { shape }) => sum + size(shape), 0);
  const onWasm = program([graph.loss], values);
  const wasmLoss = () => {
    onWasm.run(1);
    return onWasm.view(graph.loss)[0]!;
  };
  const plainLoss = () => evaluate([graph.loss], values)[0]![0]!;
  mustEqual("numerical-gradient: loss", [wasmLoss()], [plainLoss()]);

  const definition = (elements: readonly Element[], at: (value: Value) => TypedArray, loss: () => number) =>
    elements.map(({ name, at: index }) => {
      const start = clock();
      const slope = centralDifference(at(graph.params[name]!), index, loss);
      const error = Math.abs(slope - swept[name]!.data[index]!);
      if (!(error <= TOLERANCE)) throw new Error(`numerical-gradient: ${name}[${index}] is off by ${error}`);
      return clock() - start;
    });
  const few = sampleElements(graph.params, quick ? 5 : 20);
  const many = sampleElements(graph.params, quick ? 100 : 1000);
  const wasmSeconds = parameters * median(definition(many, (value) => onWasm.view(value), wasmLoss));
  const plainSeconds = parameters * median(definition(few, (value) => values.get(value)!, plainLoss));
  onWasm.dispose();
  report({
    what: "the whole gradient, swept",
    wasm: sweep,
    best: Math.min(...times),
    plain: plainSeconds,
    plainNote: `two forward passes a parameter, extrapolated from ${few.length} parameters`,
    ratio: plainSeconds / sweep,
    note: `${few.length + many.length} parameters agree to ${TOLERANCE}`,
  });
  report({
    what: "the whole gradient by the definition, on wasm",
    wasm: wasmSeconds,
    plain: plainSeconds,
    plainNote: "the same",
    ratio: plainSeconds / wasmSeconds,
    note: `extrapolated from ${many.length} parameters; ${(wasmSeconds / sweep).toFixed(0)} times the sweep's`,
  });
}

/** Chapter 4's run, which took its readers days. */
async function trainChapter4(steps: number, { report }: Bench): Promise<void> {
  const { test } = await digits();
  const { net, data, options } = networkOf(await chapter4Training());
  const start = clock();
  const history = await net.fit(data, { ...options, steps, gradient: "numerical", h: H });
  const seconds = clock() - start;
  const { accuracy, loss } = await net.evaluate(test);
  net.dispose();
  const projected = (seconds / steps) * ALL_STEPS;
  const reached = `${history.seconds.toFixed(1)} s by the clock; test accuracy ${accuracy}, loss ${loss.toFixed(4)}`;
  report({
    what: `training by numerical gradient, ${steps.toLocaleString("en-US")} iterations`,
    wasm: seconds,
    note: steps < ALL_STEPS ? `${reached}; 10,000 would take ${projected.toFixed(0)} s` : reached,
  });
}

export const group: Group = {
  name: "numerical-gradient",
  title: "Numerical gradient of 784-50-10, sigmoid, 100 images, float64, one lane",
  async run(bench) {
    await oneGradient(bench);
    if (!bench.quick) await trainChapter4(MEASURED_STEPS, bench);
  },
};

export const chapter4: Group = {
  name: "chapter-4",
  title: "Chapter 4's whole training by numerical gradient",
  onRequest: true,
  run: (bench) => trainChapter4(ALL_STEPS, bench),
};
