// How a graph is written down: the sign of an op, and a value as a formula of others, "X·W + b".

import { size } from "../tensor.ts";
import { constantOperation, type Node, type Operation, type Shape, type Value } from "./value.ts";

/** An axis as it is written: its length, or a symbol for one that may be any, "N". */
export type Axis = number | string;

/** Lengths that stand for symbols while a graph is described; no other length of the graph may be a multiple of one. */
export type Symbols = ReadonlyMap<string, number>;

/** Primes, so that a product of axes can be taken apart again; large, so that few lengths are multiples of one. */
const STAND_INS = [9973, 9967, 9949, 9941, 9931, 9929, 9923, 9907, 9901, 9887, 9883, 9871];

/** A length for each symbol, of which none of `lengths` is a multiple; undefined where there are too many symbols. */
export function standInsFor(symbols: readonly string[], lengths: readonly number[]): Symbols | undefined {
  const free = STAND_INS.filter((prime) => lengths.every((length) => length % prime !== 0));
  if (free.length < symbols.length) return undefined;
  return new Map(symbols.map((symbol, index) => [symbol, free[index]!]));
}

/** A whole number as it is written: 9973 is N, 19946 is 2N. */
export function written(length: number, symbols: Symbols): Axis {
  const found: string[] = [];
  let rest = length;
  for (const [symbol, standIn] of symbols) {
    while (rest !== 0 && rest % standIn === 0) {
      rest /= standIn;
      found.push(symbol);
    }
  }
  if (found.length === 0) return length;
  return `${rest === 1 ? "" : rest}${found.join("·")}`;
}

export function writtenShape(shape: Shape, symbols: Symbols): Axis[] {
  return shape.map((length) => written(length, symbols));
}

/** A factor as it is written: whole numbers and their inverses by their symbols, others to four digits. */
function writtenFactor(factor: number, symbols: Symbols): string {
  const inverse = 1 / factor;
  for (const [symbol, standIn] of symbols) {
    const count = Math.abs(inverse) / standIn;
    if (count >= 1 && Math.abs(count - Math.round(count)) < 1e-9) {
      return `${factor < 0 ? "−" : ""}1/${count < 1.5 ? "" : Math.round(count)}${symbol}`;
    }
  }
  const text = Number.isInteger(factor) ? written(Math.abs(factor), symbols) : plain(Math.abs(factor));
  return `${factor < 0 ? "−" : ""}${text}`;
}

const plain = (value: number) => String(Number(value.toPrecision(4)));

const signs: Readonly<Record<string, string>> = {
  add: "+",
  subtract: "−",
  multiply: "×",
  divide: "/",
  matmul: "dot",
  sqrt: "√",
  relu: "ReLU",
  sum: "Σ",
  logSoftmax: "log softmax",
  softmaxCrossEntropy: "Softmax with Loss",
  binaryCrossEntropy: "Sigmoid with Loss",
  sumSquaredError: "½Σ(y − t)²",
  broadcastTo: "broadcast",
};

/** What stands in an op's circle, in the book's signs where it has one. */
export function signOf({ operation: { name }, attributes }: Node, symbols: Symbols): string {
  const { factor, divisor } = (attributes ?? {}) as { factor?: number; divisor?: number };
  if (name === "scale") return `× ${writtenFactor(factor!, symbols)}`;
  if (divisor !== undefined) return "mean";
  return signs[name] ?? name;
}

/** How tightly a formula holds together: what stands in a looser one needs no brackets. */
enum Hold {
  sum,
  product,
  name,
}

export interface Formula {
  readonly text: string;
  readonly hold: Hold;
}

/** Names for values; what has none is written as a formula of what has. */
export type Names = ReadonlyMap<Value, Formula>;

type Write = (value: Value) => Formula;
type Rule = (node: Node, write: Write, symbols: Symbols) => Formula;

/** A word, a sign or a gradient's name: it needs no brackets. */
export const name = (text: string): Formula => ({ text, hold: Hold.name });
const product = (text: string): Formula => ({ text, hold: Hold.product });
const sum = (text: string): Formula => ({ text, hold: Hold.sum });

/** A formula in brackets, where it holds together less tightly than needed. */
export const held = ({ text, hold }: Formula, needed = Hold.name) => (hold < needed ? `(${text})` : text);

function times(...factors: Formula[]): Formula {
  const others = factors.filter(({ text }) => text !== "1");
  if (others.length === 0) return name("1");
  if (others.length === 1) return others[0]!;
  return product(others.map((factor) => held(factor, Hold.product)).join(" × "));
}

/** f(a, b) */
const call = (of: string, args: readonly Formula[]) =>
  name(`${of}(${args.map(({ text }) => text).join(", ")})`);

/** The gradient that arrives, times the activation's derivative as a function of its output. */
const derivative =
  (of: (y: Formula) => Formula): Rule =>
  ({ inputs: [g, y] }, write) =>
    times(write(g!), of(write(y!)));

/** A value times a number, where there is one. */
function scaled({ inputs: [x], attributes }: Node, write: Write, symbols: Symbols): Formula {
  const of = write(x!);
  const { factor } = attributes as { readonly factor?: number };
  if (factor === undefined) return of;
  const by = writtenFactor(factor, symbols);
  if (of.text === "1") return name(by);
  return product(by === "−1" ? `−${held(of, Hold.product)}` : `${by} × ${held(of, Hold.product)}`);
}

const rules: Readonly<Record<string, Rule>> = {
  add: ({ inputs: [a, b] }, write) => sum(`${write(a!).text} + ${write(b!).text}`),
  subtract: ({ inputs: [a, b] }, write) => sum(`${write(a!).text} − ${held(write(b!), Hold.product)}`),
  multiply: ({ inputs: [a, b] }, write) => times(write(a!), write(b!)),
  divide: ({ inputs: [a, b] }, write) =>
    product(`${held(write(a!), Hold.product)} / ${held(write(b!), Hold.name)}`),
  matmul({ inputs: [a, b], attributes }, write) {
    const { transposeA, transposeB } = attributes as { transposeA: boolean; transposeB: boolean };
    const factor = (value: Value, transposed: boolean) =>
      held(write(value), Hold.name) + (transposed ? "ᵀ" : "");
    return product(`${factor(a!, transposeA)}·${factor(b!, transposeB)}`);
  },
  scale: scaled,
  sum: ({ inputs: [x], attributes }, write) =>
    (attributes as { divisor?: number }).divisor !== undefined
      ? call("mean", [write(x!)])
      : product(`Σ ${held(write(x!), Hold.product)}`),
  sqrt: ({ inputs: [x] }, write) => name(`√${held(write(x!), Hold.name)}`),
  broadcastTo(node, write, symbols) {
    const of = scaled(node, write, symbols);
    // A constant is the same in any shape.
    return isConstant(node.inputs[0]!) ? of : call("broadcast", [of]);
  },
  // New axes of length 1 are what broadcasting would add by itself.
  reshape: ({ inputs: [x], outputs: [y] }, write) =>
    formatLong(x!.shape) === formatLong(y!.shape) ? write(x!) : call("reshape", [write(x!)]),
  reluGradient: derivative((y) => name(`(${y.text} > 0)`)),
  sigmoidGradient: derivative((y) => times(y, name(`(1 − ${held(y, Hold.product)})`))),
  tanhGradient: derivative((y) => name(`(1 − ${held(y, Hold.name)}²)`)),
  softmaxGradient({ inputs: [y, g] }, write) {
    const [soft, arriving] = [write(y!), write(g!)];
    return times(soft, name(`(${arriving.text} − Σ ${times(arriving, soft).text})`));
  },
  logSoftmaxGradient({ inputs: [y, g] }, write) {
    const arriving = write(g!);
    return sum(`${arriving.text} − exp(${write(y!).text}) × Σ ${held(arriving, Hold.product)}`);
  },
};

const formatLong = (shape: Shape) => shape.filter((length) => length !== 1).join();

/**
 * A loss' own gradient by its first input, which its kernel makes together with the loss: what t is taken from, and what it is a mean of.
 */
const lossGradients: Readonly<
  Record<string, readonly [(x: Formula) => string, (shape: Shape) => number] | undefined>
> = {
  softmaxCrossEntropy: [(x) => `softmax(${x.text})`, (shape) => shape[0]!],
  binaryCrossEntropy: [(x) => `sigmoid(${x.text})`, size],
  sumSquaredError: [(y) => held(y, Hold.product), (shape) => shape[0]!],
};

/** Whether a value is a scalar that the graph's author wrote. */
export const isConstantLeaf = ({ node }: Value) => node.operation === (constantOperation as Operation<never>);

/** Whether a value is such a scalar in some shape. */
export function isConstant(value: Value): boolean {
  const { operation, inputs, attributes } = value.node;
  const isSpread =
    operation.name === "reshape" ||
    (operation.name === "broadcastTo" && (attributes as { factor?: number }).factor === undefined);
  return isConstantLeaf(value) || (isSpread && isConstant(inputs[0]!));
}

/**
 * A value as a formula of those that have names.
 *
 * @param own the value's own name, which is no formula for it
 */
export function formula(value: Value, names: Names, symbols: Symbols, own?: string): Formula {
  const write: Write = (it) => {
    const known = names.get(it);
    return known && !(it === value && known.text === own) ? known : derive(it);
  };
  const derive: Write = ({ index, shape, node }) => {
    const { operation, inputs, attributes } = node;
    if (operation === (constantOperation as Operation<never>)) {
      return name(writtenFactor((attributes as { value: number }).value, symbols));
    }
    if (index > 0) {
      const [estimate, count] = lossGradients[operation.name] ?? [];
      if (!estimate || !count) return call(`∂${operation.name}`, inputs.map(write));
      const difference = `${estimate(write(inputs[0]!))} − ${held(write(inputs[1]!), Hold.product)}`;
      const divisor = written(count(shape), symbols);
      return divisor === 1 ? sum(difference) : product(`(${difference}) / ${divisor}`);
    }
    const rule = rules[operation.name];
    return rule
      ? rule(node, write, symbols)
      : call(signs[operation.name] ?? operation.name, inputs.map(write));
  };
  return write(value);
}
