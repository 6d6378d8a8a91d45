import { formatBytes, printable } from "./printable.ts";
import type { HeapReport } from "./runtime/heap.ts";
import type { History } from "./train/history.ts";

/**
 * What all errors that kobai throws on purpose have in common.
 * @example
 * ```ts
 * import { KobaiError, sgd } from "kobai";
 * try {
 *   sgd({ lr: -1 });
 * } catch (error) {
 *   error instanceof KobaiError; // true
 * }
 * ```
 */
export class KobaiError extends Error {
  // Not `this.constructor.name`: whoever bundles kobai may rename its classes.
  override name: string = "KobaiError";

  constructor(message: string, options?: ErrorOptions) {
    super(printable(message), options);
  }
}

/**
 * Shapes that do not go together. The message names the op, the shapes and the remedy.
 * @example
 * ```ts
 * import { ShapeError, tensor } from "kobai";
 * try {
 *   tensor([1, 2, 3], [2, 2]);
 * } catch (error) {
 *   (error as ShapeError).shapes; // [[2, 2]]
 * }
 * ```
 */
export class ShapeError extends KobaiError {
  override name = "ShapeError";
  readonly op: string;
  readonly shapes: readonly (readonly number[])[];

  constructor(op: string, problem: string, ...shapes: (readonly number[])[]) {
    super(`${op}: ${problem}`);
    this.op = op;
    this.shapes = shapes;
  }

  /** "a is [32, 784], b is [128, 10]" */
  static describe(named: Record<string, readonly number[]>): string {
    return Object.entries(named)
      .map(([name, shape]) => `${name} is [${shape.join(", ")}]`)
      .join(", ");
  }
}

/**
 * Data that a network cannot take: labels out of range, NaN, a wrong type.
 * @example
 * ```ts
 * import { DataError, tensor } from "kobai";
 * try {
 *   tensor([[1, 2], [3]]);
 * } catch (error) {
 *   error instanceof DataError; // true
 * }
 * ```
 */
export class DataError extends KobaiError {
  override name = "DataError";
}

/**
 * An option out of its range, or one that does not go with another.
 * @example
 * ```ts
 * import { dropout, OptionError } from "kobai";
 * try {
 *   dropout(2);
 * } catch (error) {
 *   error instanceof OptionError; // true
 * }
 * ```
 */
export class OptionError extends KobaiError {
  override name = "OptionError";
}

/**
 * A call on something that was disposed of, or before `init()`.
 * @example
 * ```ts
 * import { dense, sequential, StateError } from "kobai";
 * const net = sequential([dense(1)], { input: [2] });
 * net.dispose();
 * try {
 *   net.predict([1, 2]);
 * } catch (error) {
 *   error instanceof StateError; // true
 * }
 * ```
 */
export class StateError extends KobaiError {
  override name = "StateError";
}

/**
 * This runtime lacks something that kobai needs.
 * @example
 * ```ts
 * import { layer, sequential, UnsupportedError } from "kobai";
 * import { gradients, relu, sum } from "kobai/ops";
 * const slope = (x, f) => gradients(sum(f(x)), [x])[0];
 * try {
 *   sequential([layer("curvature", (x) => slope(x, (each) => slope(each, relu)))], { input: [2] });
 * } catch (error) {
 *   error instanceof UnsupportedError; // true
 * }
 * ```
 */
export class UnsupportedError extends KobaiError {
  override name = "UnsupportedError";
}

/**
 * A thread of `init({ threads })` did not start, died, or does not answer. All of them are ended then.
 * @example
 * ```ts
 * import { init, ThreadError } from "kobai";
 * const start = async () => {
 *   try {
 *     await init({ threads: 4 });
 *   } catch (error) {
 *     if (!(error instanceof ThreadError)) throw error;
 *     console.error(error.lane, error.message);
 *     await init({ threads: 1 });
 *   }
 * };
 * ```
 */
export class ThreadError extends KobaiError {
  override name = "ThreadError";
  /** Which: from 1; lane 0 is the thread that calls kobai. */
  readonly lane: number;

  constructor(lane: number, problem: string, remedy: string) {
    super(`threads: lane ${lane} ${problem}. ${remedy}`);
    this.lane = lane;
  }
}

/**
 * The loss became NaN or infinite: the parameters are those before that step's update. Or an update did, in the last step or the one
 * before: then they are not finite either.
 * @example
 * ```ts
 * import { dense, NotFiniteError, sequential, sgd, sumSquaredError, tensor } from "kobai";
 * using net = sequential([dense(1)], { input: [1] });
 * const data = { x: tensor([[1]]), t: tensor([[1e30]]) };
 * const error = await net.fit(data, { loss: sumSquaredError(), optimizer: sgd(), steps: 5 }).catch((each) => each);
 * error instanceof NotFiniteError; // true
 * error.step; // 1
 * error.parametersFinite; // true
 * ```
 */
export class NotFiniteError extends KobaiError {
  override name = "NotFiniteError";
  /** The step, counted from 1, whose loss it was. */
  readonly step: number;
  readonly loss: number;
  /** Whether the parameters are finite. */
  readonly parametersFinite: boolean;
  /** What the fit did up to there. */
  history: History | undefined;

  constructor(step: number, loss: number, lr: number, parametersFinite: boolean) {
    super(
      `fit: the loss of step ${step} is ${loss}; ${
        parametersFinite
          ? "the parameters are as they were before that step's update"
          : "and an update has made parameters infinite: make the network anew, or load it"
      }. ` +
        `The learning rate (${lr}) is the usual cause: try ${Number((lr / 10).toPrecision(3))}, and check that the inputs are scaled.`,
    );
    this.step = step;
    this.loss = loss;
    this.parametersFinite = parametersFinite;
  }
}

/** The largest holders, as many as a message can name. */
const MOST_HOLDERS = 5;

/** What linear memory can be at most. */
const MOST_BYTES = 2 ** 32;

/**
 * Linear memory is exhausted.
 * @example
 * ```ts
 * import { dense, MemoryError, sequential } from "kobai";
 * try {
 *   sequential([dense(60_000)], { input: [60_000] });
 * } catch (error) {
 *   error instanceof MemoryError; // true
 * }
 * ```
 */
export class MemoryError extends KobaiError {
  override name = "MemoryError";
  readonly asked: number;
  /** Who holds what; not enumerable, so that an error that nobody catches does not print all of it. */
  declare readonly report: HeapReport;

  constructor(asked: number, owner: string, limit: number, report: HeapReport) {
    const holders = Object.entries(report.owners)
      .sort((a, b) => b[1] - a[1])
      .slice(0, MOST_HOLDERS)
      .map(([name, bytes]) => `${name} ${formatBytes(bytes)}`);
    const others = Object.keys(report.owners).length - holders.length;
    if (others > 0) holders.push(`${others} others less`);
    super(
      `memory: ${owner} asked for ${formatBytes(asked)}, but of the limit of ${formatBytes(limit)} ` +
        `${formatBytes(report.held)} are held${holders.length ? ` (${holders.join(", ")})` : ""}. ` +
        `Dispose of networks (in a loop without await only dispose() or \`using\` frees them)${limit < MOST_BYTES ? ", use smaller batches, or raise init({ maxMemory })" : " or use smaller batches"}.`,
    );
    this.asked = asked;
    Object.defineProperty(this, "report", { value: report });
  }
}
