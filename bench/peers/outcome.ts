// What a peer answers for a work, and whether it is right.

import works from "./works.json" with { type: "json" };

export type WorkName = keyof typeof works;

/** A product of work 3. */
export interface Product {
  readonly what: string;
  readonly dtype: "float32" | "float64";
  readonly flops: number;
  readonly seconds: number;
  readonly check: number;
}

/** The line of JSON that a peer's process prints. */
export interface Outcome {
  readonly seconds?: number;
  /** "300 of 10000 steps": the seconds are extrapolated from so much */
  readonly sample?: string;
  /** of the first steps */
  readonly losses?: readonly number[];
  readonly lastLoss?: number;
  /** on the test images */
  readonly accuracy?: number;
  /** numbers that all peers must agree on */
  readonly check?: readonly number[];
  readonly cases?: readonly Product[];
  /** it does the work in a way that others need not agree with */
  readonly ownWay?: boolean;
  readonly note?: string;
  readonly cannot?: string;
  readonly error?: string;
}

/** Float32 sums in different orders. */
const LOSS_TOLERANCE = 1e-3;
const SCORE_TOLERANCE = 1e-3;
/** Central differences of float64 losses, two of which are rounded: ε·loss / 2h. */
const SLOPE_TOLERANCE = 1e-7;
/** Of a product, for each of its m·n·k terms taken as a random walk. */
const PRODUCT_TOLERANCE = { float32: 1e-4, float64: 1e-11 } as const;
/** What 10,000 steps of work 1 must reach. */
const ACCURACY = 0.96;
/** What a peer that trains in its own way must reach, be it in a sample of the steps. */
const OWN_WAY = { accuracy: 0.8, loss: 0.02 } as const;

/** What is wrong with an outcome, told by another peer's, or undefined. */
export function problem(work: WorkName, outcome: Outcome, reference: Outcome): string | undefined {
  if (outcome.error) return outcome.error.split("\n")[0];
  if (outcome.cannot) return undefined;
  if (outcome.ownWay) return untrained(outcome);
  return (
    differs("loss of step", firstOf(work, outcome), firstOf(work, reference), LOSS_TOLERANCE) ??
    differs(
      "value",
      outcome.check,
      reference.check,
      work === "numerical" ? SLOPE_TOLERANCE : SCORE_TOLERANCE,
    ) ??
    wrongProduct(outcome.cases, reference.cases) ??
    tooLow(outcome)
  );
}

/** The losses that are compared: Adam makes much of what sums in another order differ by, and a convolution has many of them. */
function firstOf(work: WorkName, { losses }: Outcome): readonly number[] | undefined {
  return "convolutions" in works[work] ? losses?.slice(0, 5) : losses;
}

function differs(
  what: string,
  own: readonly number[] | undefined,
  others: readonly number[] | undefined,
  tolerance: number,
): string | undefined {
  if (!others) return undefined;
  if (own?.length !== others.length) return `gives ${own?.length ?? "no"} numbers, not ${others.length}`;
  const at = own.findIndex(
    (value, i) => !(Math.abs(value - others[i]!) <= tolerance * (1 + Math.abs(others[i]!))),
  );
  return at < 0 ? undefined : `${what} ${at + 1} is ${own[at]}, elsewhere ${others[at]}`;
}

function wrongProduct(own: readonly Product[] = [], others: readonly Product[] = []): string | undefined {
  for (const { what, dtype, check, flops } of own) {
    const other = others.find((product) => product.what === what && product.dtype === dtype);
    const near = PRODUCT_TOLERANCE[dtype] * Math.sqrt(flops);
    if (other && !(Math.abs(check - other.check) <= near)) {
      return `${what} in ${dtype} sums to ${check}, elsewhere to ${other.check}`;
    }
  }
  return undefined;
}

/** Scores alone say nothing of a peer whose network is another. */
function untrained({ accuracy, lastLoss }: Outcome): string | undefined {
  if (accuracy !== undefined) {
    return accuracy >= OWN_WAY.accuracy ? undefined : `reaches an accuracy of ${accuracy} only`;
  }
  return lastLoss === undefined || lastLoss <= OWN_WAY.loss ? undefined : `ends at a loss of ${lastLoss}`;
}

function tooLow({ accuracy, sample }: Outcome): string | undefined {
  const trained = accuracy !== undefined && !sample;
  return trained && accuracy < ACCURACY ? `reaches an accuracy of ${accuracy} only` : undefined;
}
