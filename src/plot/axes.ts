// Axes: their ranges, and ticks that say where they are.

import { options as checkOptions, oneOf, text } from "../check.ts";
import { DataError, OptionError } from "../errors.ts";
import { checkSpan, range } from "./arguments.ts";
import type { Drawing } from "./drawing.ts";
import { textWidth } from "./svg.ts";

/** Options of an axis. */
export interface PlaneAxisOptions {
  /** What it measures, in any language. Default: nothing. */
  label?: string;
  /** The range that is shown, [low, high]. Default: that of the data, with a little room. */
  domain?: readonly [number, number];
}

/** Options of an axis that may be logarithmic. */
export interface AxisOptions extends PlaneAxisOptions {
  /** "log" for a logarithmic axis, on which values of 0 and less are gaps. Default "linear". */
  type?: "linear" | "log";
}

/** An axis with nothing left open. */
export interface Axis {
  readonly label: string | undefined;
  readonly domain: readonly [number, number];
  readonly type: "linear" | "log";
  /** whether it counts something: no ticks between whole numbers */
  readonly whole?: boolean;
}

export interface Tick {
  readonly value: number;
  readonly label: string;
}

/** Whether a value has a place on an axis of this type. */
export function isDrawable(value: number, type: "linear" | "log" = "linear"): boolean {
  return Number.isFinite(value) && (type === "linear" || value > 0);
}

/** Of a logarithmic axis: the quotient of its ends is a number too. */
const [SMALLEST_LOG, LARGEST_LOG] = [1e-150, 1e150];

const planeRules = { label: text, domain: range };
const axisRules = { ...planeRules, type: oneOf("linear", "log") };

/**
 * The axis of some values.
 *
 * @param room what share of their range stays free at both ends
 * @throws OptionError for options out of their range @throws DataError where none of the values can be shown
 */
export function axisOf(
  name: string,
  values: Iterable<number>,
  given: AxisOptions | undefined,
  room = 0,
): Axis {
  const { label, domain, type = "linear" } = checkOptions(name, given, axisRules);
  if (domain && type === "log") {
    const shown = `its domain is [${domain.join(", ")}]`;
    if (domain[0] <= 0) throw new OptionError(`${name}: a logarithmic axis begins above 0; ${shown}`);
    if (domain[0] < SMALLEST_LOG || domain[1] > LARGEST_LOG) {
      throw new OptionError(`${name}: a logarithmic axis shows ${SMALLEST_LOG} to ${LARGEST_LOG}; ${shown}`);
    }
  }
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (!isDrawable(value, type)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (domain) return { label, type, domain };
  if (low > high) {
    const why = type === "log" ? "above 0, as a logarithmic axis needs" : "a finite number";
    throw new DataError(`${name}: no value is ${why}; there is nothing to draw`);
  }
  checkSpan(name, low, high);
  if (type === "linear") return { label, type, domain: widen(low, high, room) };
  if (low < SMALLEST_LOG || high > LARGEST_LOG) {
    throw new DataError(
      `${name}: goes from ${low} to ${high}; a logarithmic axis shows ${SMALLEST_LOG} to ${LARGEST_LOG}`,
    );
  }
  return { label, type, domain: widenLog(low, high, room) };
}

/** The nearest value inside an axis' range. */
export function clamped(value: number, { domain: [low, high] }: Axis): number {
  return Math.min(high, Math.max(low, value));
}

/** The axis of some values that is not logarithmic. @throws as `axisOf` */
export function planeAxisOf(
  name: string,
  values: Iterable<number>,
  given: PlaneAxisOptions | undefined,
  room = 0,
): Axis {
  checkOptions(name, given, planeRules);
  return axisOf(name, values, given, room);
}

function widen(low: number, high: number, room: number): [number, number] {
  if (low === high) {
    const around = Math.abs(low) / 2 || 1;
    return [low - around, high + around];
  }
  const extra = (high - low) * room;
  return [low - extra, high + extra];
}

function widenLog(low: number, high: number, room: number): [number, number] {
  if (low === high) return [low / 10, high * 10];
  const factor = (high / low) ** room;
  return [low / factor, high * factor];
}

/** About `count` ticks inside an axis' range, as numbers that people count by. */
export function ticksOf(drawing: Drawing, axis: Axis, count: number): Tick[] {
  const { domain, type } = axis;
  const [low, high] = domain;
  if (type === "log") {
    const powers = powersOfTen(low, high);
    if (powers.length >= 2) {
      const step = Math.ceil(powers.length / Math.max(2, count));
      const shown = powers.filter((_, i) => (powers.length - 1 - i) % step === 0);
      const plain = shown.every((exponent) => exponent >= -3 && exponent <= 4);
      return shown.map((exponent) => ({ value: 10 ** exponent, label: powerLabel(exponent, plain) }));
    }
  }
  const values = drawing.library.ticks(low, high, count);
  const counted = axis.whole && high - low >= 1 ? values.filter(Number.isInteger) : values;
  return withLabels(counted);
}

function powersOfTen(low: number, high: number): number[] {
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const last = Math.floor(Math.log10(high) + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);
}

function powerLabel(exponent: number, plain: boolean): string {
  if (plain || exponent === 0 || exponent === 1) return formatFixed(10 ** exponent, Math.max(0, -exponent));
  return `10${superscript(exponent)}`;
}

/** Ticks with labels that all have as many digits as tell them apart. */
export function withLabels(values: readonly number[]): Tick[] {
  const largest = Math.max(...values.map(Math.abs));
  const step = values.length > 1 ? Math.abs(values[1]! - values[0]!) : largest;
  const magnitude = largest === 0 ? 0 : Math.floor(Math.log10(largest) + 1e-9);
  const exponent = magnitude >= 6 || magnitude < -3 ? magnitude : 0;
  const digits = Math.max(0, Math.min(15, exponent - Math.floor(Math.log10(step || 1) + 1e-9)));
  return values.map((value) => {
    const mantissa = formatFixed(value / 10 ** exponent, digits);
    return {
      value,
      label: exponent === 0 || value === 0 ? mantissa : `${mantissa}×10${superscript(exponent)}`,
    };
  });
}

function formatFixed(value: number, digits: number): string {
  const text = Math.abs(value).toFixed(digits);
  const sign = value < 0 && Number(text) !== 0 ? "−" : "";
  const [whole = "", part] = text.split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return `${sign}${grouped}${part ? `.${part}` : ""}`;
}

function superscript(exponent: number): string {
  return String(exponent).replace(/[-\d]/g, (digit) => (digit === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]!));
}

/** How much room ticks' labels take beside an axis. */
export function widestLabel(ticks: readonly Tick[]): number {
  return Math.max(0, ...ticks.map(({ label }) => textWidth(label)));
}
