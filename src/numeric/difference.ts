import { callback, check, oneOf, options, positive, type Rule, show } from "../check.ts";
import { DataError, OptionError } from "../errors.ts";

/** How far the two points of a difference lie from x, as in the book (4.3.1). */
export const DEFAULT_STEP = 1e-4;

/** Options of a difference quotient. */
export interface StepOptions {
  /**
   * The step; above 0, default 1e-4. Too small and rounding eats the difference, too large and the curve bends away. Numbers and
   * float64 beyond some 1e10 cannot take the default: their neighbours lie too far apart.
   */
  h?: number;
}

/** Options of `numericalDiff`. */
export interface DifferenceOptions extends StepOptions {
  /**
   * "central" (default): (f(x + h) − f(x − h)) / 2h, whose error shrinks with h².
   * "forward": (f(x + h) − f(x)) / h, the definition taken at its word, whose error shrinks with h only.
   */
  method?: "central" | "forward";
}

/**
 * The derivative of a function of one variable at x, by a difference quotient in float64 (book 4.3.1).
 *
 * @throws OptionError where h is not above 0 or is lost in the rounding of x, or the method is neither
 * @throws DataError where f does not return a number
 * @example
 * ```ts
 * import { numericalDiff } from "kobai/numeric";
 * numericalDiff((x) => 0.01 * x ** 2 + 0.1 * x, 5); // 0.2, to about ten digits
 * ```
 */
export function numericalDiff(f: (x: number) => number, x: number, given?: DifferenceOptions): number {
  return derivative("numericalDiff", f, x, given);
}

function derivative(
  call: string,
  f: (x: number) => number,
  x: number,
  given: DifferenceOptions | undefined,
): number {
  checkFunction(call, f);
  check(call, "x", x, number);
  const { h = DEFAULT_STEP, method = "central" } = options(call, given, {
    h: stepRule,
    method: oneOf("central", "forward"),
  });
  if (isLost(x, h)) throw lostError(call, x, h);
  const at = (point: number) => checkedValue(call, f(point));
  return method === "central" ? (at(x + h) - at(x - h)) / (2 * h) : (at(x + h) - at(x)) / h;
}

/**
 * The straight line that touches f at x, as a function (book 4.3.2).
 *
 * @throws OptionError where h is not above 0 or is lost in the rounding of x @throws DataError where f does not return a number
 * @example
 * ```ts
 * import { tangentLine } from "kobai/numeric";
 * const line = tangentLine((x) => 0.01 * x ** 2 + 0.1 * x, 5);
 * line(5); // 0.75, where the curve is
 * line(0).toFixed(6); // "-0.250000"
 * ```
 */
export function tangentLine(
  f: (x: number) => number,
  x: number,
  given?: DifferenceOptions,
): (t: number) => number {
  const slope = derivative("tangentLine", f, x, given);
  const intercept = checkedValue("tangentLine", f(x)) - slope * x;
  return (t) => slope * check("tangentLine", "t", t, number) + intercept;
}

/** NaN and infinities are numbers too: what f says of them is the answer. */
const number: Rule = [(value) => typeof value === "number", "a number"];

export const stepRule: Rule = [(value) => positive[0](value), "a number above 0, such as the book's 1e-4"];

/** The step that a call was given, or the default. @throws OptionError */
export function stepOf(call: string, given: StepOptions | undefined): number {
  return options(call, given, { h: stepRule }).h ?? DEFAULT_STEP;
}

/** @throws OptionError where f is no function */
export function checkFunction(call: string, f: unknown): void {
  check(call, "f", f, callback);
}

/**
 * Whether h is lost in the rounding of x in float64: x + h and x − h, as they are rounded, lie off by more than a hundredth of it, or are x.
 * So far a quotient by h is as good as f allows.
 */
export function isLost(x: number, h: number): boolean {
  if (!Number.isFinite(x)) return false;
  return Math.abs(x + h - x - h) > h / 100 || Math.abs(x - (x - h) - h) > h / 100;
}

export function lostError(call: string, x: number, h: number): OptionError {
  return new OptionError(`${call}: ${lostMessage(x, h)}`);
}

/**
 * The remedy is the step of a central difference that loses least: x·∛ε.
 * @param what the message calls x
 */
export function lostMessage(x: number, h: number, what = "x"): string {
  const better = (Math.abs(x) * Math.cbrt(Number.EPSILON)).toPrecision(1);
  return `h = ${h} is lost in the rounding of ${what} = ${x}: try h = ${Number(better)}`;
}

/** NaN and infinities pass: they are what f says of that point. @throws DataError for anything that is no number */
export function checkedValue(call: string, value: unknown): number {
  if (typeof value === "number") return value;
  const hint = value instanceof Promise ? ", so it is async, which it must not be" : "";
  throw new DataError(`${call}: f must return a number; it returned ${show(value)}${hint}`);
}
