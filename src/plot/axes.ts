// Axes: their ranges, and ticks that say where they are.

import { DataError } from "../errors.ts";
import { checkOneOf, checkRange } from "./arguments.ts";
import type { Drawing } from "./drawing.ts";
import { textWidth } from "./svg.ts";

/** Options of an axis. */
export interface AxisOptions {
  /** What it measures, in any language. Default: nothing. */
  label?: string;
  /** The range that is shown, [low, high]. Default: that of the data, with a little room. */
  domain?: readonly [number, number];
  /** "log" for a logarithmic axis, on which values of 0 and less are gaps. Default "linear". */
  type?: "linear" | "log";
}

/** An axis with nothing left open. */
export interface Axis {
  readonly label: string | undefined;
  readonly domain: readonly [number, number];
  readonly type: "linear" | "log";
}

export interface Tick {
  readonly value: number;
  readonly label: string;
}

/** @throws OptionError where an axis' options are out of their range */
export function checkAxis(name: string, { domain, type = "linear" }: AxisOptions): void {
  checkOneOf(`${name}.type`, type, ["linear", "log"]);
  if (domain === undefined) return;
  checkRange(`${name}.domain`, domain);
  if (type === "log" && domain[0] <= 0) {
    throw new DataError(`${name}.domain: a logarithmic axis begins above 0; got [${domain.join(", ")}]`);
  }
}

/** Whether a value has a place on an axis of this type. */
export function isDrawable(value: number, type: "linear" | "log" = "linear"): boolean {
  return Number.isFinite(value) && (type === "linear" || value > 0);
}

/**
 * The axis of some values.
 *
 * @param room what share of their range stays free at both ends
 * @throws DataError where none of the values can be shown
 */
export function axisOf(name: string, values: Iterable<number>, options: AxisOptions, room = 0): Axis {
  checkAxis(name, options);
  const { label, type = "linear" } = options;
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (!isDrawable(value, type)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (options.domain) return { label, type, domain: options.domain };
  if (low > high) {
    const why = type === "log" ? "above 0, as a logarithmic axis needs" : "a finite number";
    throw new DataError(`${name}: no value is ${why}; there is nothing to draw`);
  }
  return { label, type, domain: type === "log" ? widenLog(low, high, room) : widen(low, high, room) };
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
export function ticksOf({ ticks }: Drawing, { domain, type }: Axis, count: number): Tick[] {
  const [low, high] = domain;
  if (type === "log") {
    const powers = powersOfTen(low, high);
    if (powers.length >= 2) {
      const step = Math.ceil(powers.length / Math.max(2, count));
      return powers
        .filter((_, i) => (powers.length - 1 - i) % step === 0)
        .map((exponent) => ({ value: 10 ** exponent, label: powerLabel(exponent) }));
    }
  }
  return withLabels(ticks(low, high, count));
}

function powersOfTen(low: number, high: number): number[] {
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const last = Math.floor(Math.log10(high) + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);
}

function powerLabel(exponent: number): string {
  return exponent >= -3 && exponent <= 4
    ? formatFixed(10 ** exponent, Math.max(0, -exponent))
    : `10${superscript(exponent)}`;
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

/** A single number as short as it can be told, with so many significant digits at most. */
export function formatNumber(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return String(value).replace("-", "−");
  const [mantissa = "", power] = value.toExponential(digits - 1).split("e");
  const exponent = Number(power);
  if (value === 0 || (exponent >= -3 && exponent < 6)) {
    return String(Number(value.toPrecision(Math.max(digits, exponent + 1)))).replace("-", "−");
  }
  return `${String(Number(mantissa)).replace("-", "−")}×10${superscript(exponent)}`;
}

function superscript(exponent: number): string {
  return String(exponent).replace(/[-\d]/g, (digit) => (digit === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]!));
}

/** How much room ticks' labels take beside an axis. */
export function widestLabel(ticks: readonly Tick[]): number {
  return Math.max(0, ...ticks.map(({ label }) => textWidth(label)));
}
