import { options, positive, whole } from "../check.ts";
import { checkedValue, checkFunction, DEFAULT_STEP, lostMessage, stepRule } from "./difference.ts";
import { Elements, like, type Point } from "./elements.ts";
import { differences, type ScalarFunction } from "./gradient.ts";

/** Options of `gradientDescent`. */
export interface DescentOptions {
  /** The learning rate, above 0. Default 0.01. */
  lr?: number;
  /** How many steps to take. Default 100. */
  steps?: number;
  /** The step of the differences. Default 1e-4. The report says where it was lost in the rounding of x. */
  h?: number;
}

/**
 * How a descent went. "descended": f became smaller. "diverged": f became larger or stopped being a number, as with too large a
 * learning rate. "stalled": f stayed where it was, as with too small a one.
 */
export type Outcome = "descended" | "diverged" | "stalled";

/** What a descent found. */
export interface Descent<X> {
  /** The last point. */
  readonly x: X;
  /** All points, from the first to the last: one more than steps taken. */
  readonly history: readonly X[];
  /** f at these points. */
  readonly values: readonly number[];
  readonly outcome: Outcome;
  /** The same in a sentence, with figures and what to try. */
  readonly report: string;
}

/** A change of f, or of its gradient's length, by less than this share of it is none to speak of. */
const NOTICEABLE = 1e-4;
/** A gradient this short is taken for zero: a central difference of h = 1e-4 says no more. */
const FLAT = 1e-9;

/**
 * Gradient descent: x ← x − lr·∇f(x), with the gradient by central differences (book 4.4.1).
 *
 * It does not hide what a bad learning rate does: `outcome` and `report` tell a run that blew up, or hardly moved, from one that
 * descended. A run ends early where f or its gradient is no longer finite; x is then the last point where both were.
 *
 * @param f is called with moved copies of the points
 * @param x0 where to start: a number, nested arrays or a tensor; it is not changed
 * @throws OptionError for a learning rate, a number of steps or an h out of range
 * @throws DataError where x0 holds integers, or f does not return a number
 * @example
 * ```ts
 * import { gradientDescent } from "kobai/numeric";
 * const bowl = ([x0, x1]: number[]) => x0 ** 2 + x1 ** 2;
 * gradientDescent(bowl, [-3, 4], { lr: 0.1 }).x; // within 1e-9 of [0, 0]
 * gradientDescent(bowl, [-3, 4], { lr: 10 }).outcome; // "diverged"
 * gradientDescent(bowl, [-3, 4], { lr: 1e-10 }).outcome; // "stalled"
 * ```
 */
export function gradientDescent(
  f: ScalarFunction<number>,
  x0: number,
  options?: DescentOptions,
): Descent<number>;
export function gradientDescent<X extends Point>(
  f: ScalarFunction<X>,
  x0: X,
  options?: DescentOptions,
): Descent<X>;
export function gradientDescent(
  f: ScalarFunction<never>,
  x0: number | Point,
  given?: DescentOptions,
): Descent<number> | Descent<Point> {
  checkFunction("gradientDescent", f);
  if (typeof x0 !== "number") return descend(f as ScalarFunction<Point>, x0, given);
  const { x, history, ...rest } = descend(([x]) => (f as ScalarFunction<number>)(x!), [x0], given);
  return { ...rest, x: x[0]!, history: history.map(([point]) => point!) };
}

function descend<X extends Point>(
  f: ScalarFunction<X>,
  x0: X,
  given: DescentOptions | undefined,
): Descent<X> {
  const rules = { lr: positive, steps: whole(0), h: stepRule };
  const { lr = 0.01, steps = 100, h = DEFAULT_STEP } = options("gradientDescent", given, rules);
  const value = (x: X) => checkedValue("gradientDescent", f(x));
  let x = like(x0, coordinates(x0));
  const history = [x];
  const values = [value(x)];
  const slopes: number[] = [];
  let failure: string | undefined = Number.isFinite(values[0]) ? undefined : `f is ${values[0]} at x0`;
  // A run that blows up passes through such points, and must still be told.
  let lost: number | undefined;
  const note = (coordinate: number) => {
    lost ??= coordinate;
  };
  while (!failure && history.length <= steps) {
    const elements = new Elements(x, "gradientDescent: x0");
    const gradient = differences("gradientDescent", f, x, elements, h, note);
    slopes.push(norm(gradient));
    const next = like(
      x,
      coordinates(x).map((coordinate, i) => coordinate - lr * gradient[i]!),
    );
    const nextValue = value(next);
    if (Number.isFinite(nextValue) && coordinates(next).every(Number.isFinite)) {
      x = next;
      history.push(x);
      values.push(nextValue);
    } else {
      failure = `step ${history.length} led to a point where f is ${nextValue}`;
    }
  }
  const loss = lost === undefined ? undefined : lostMessage(lost, h);
  return { x, history, values, ...verdict(values, slopes, lr, { failure, loss }) };
}

/**
 * @param slopes the gradient's length before each step
 * @param trouble what ended the run early, and what its gradients suffered from
 */
function verdict(
  values: readonly number[],
  slopes: readonly number[],
  lr: number,
  { failure, loss }: { failure: string | undefined; loss: string | undefined },
): Pick<Descent<unknown>, "outcome" | "report"> {
  const taken = values.length - 1;
  const [first, last] = [values[0]!, values[taken]!];
  const path = `from ${format(first)} to ${format(last)} in ${taken} ${taken === 1 ? "step" : "steps"}`;
  const tooLarge = `lr ${format(lr)} is too large: try ${format(lr / 10)}`;
  if (failure) return { outcome: "diverged", report: `${failure}; ${tooLarge}` };
  const slope = slopes[0] ?? 0;
  const moved = !isAlike(first, last) || !isAlike(slope, slopes.at(-1) ?? 0);
  if (moved && last < first)
    return { outcome: "descended", report: `f fell ${path}${loss ? `; ${loss}` : ""}` };
  if (moved) return { outcome: "diverged", report: `f rose ${path}; ${tooLarge}` };
  const stayed = `f stayed at ${format(first)} for ${taken} ${taken === 1 ? "step" : "steps"}`;
  if (taken === 0) return { outcome: "stalled", report: "no step was taken" };
  if (loss) return { outcome: "stalled", report: `${stayed}; ${loss}` };
  if (slope < FLAT) {
    return { outcome: "stalled", report: `${stayed}: x0 is flat, a minimum, a maximum or a saddle` };
  }
  // To first order f falls by lr·|∇f|² in a step. Where that is much and f stayed, the steps jumped from slope to slope.
  const expected = lr * slope * slope * taken;
  const tooSmall = `lr ${format(lr)} is too small: try ${format(lr * 100)}`;
  const reason = isAlike(first, first - expected)
    ? tooSmall
    : `${tooLarge}, for the steps jump to the other slope`;
  return { outcome: "stalled", report: `${stayed}; ${reason}` };
}

function isAlike(a: number, b: number): boolean {
  return Math.abs(a - b) <= NOTICEABLE * Math.max(Math.abs(a), Math.abs(b));
}

function coordinates(x: Point): number[] {
  return new Elements(x, "gradientDescent: x0").rows.flatMap((row) => [...row]);
}

function norm(gradient: Float64Array): number {
  return Math.sqrt(gradient.reduce((sum, g) => sum + g * g, 0));
}

function format(value: number): string {
  return String(Number(value.toPrecision(4)));
}
