// Rows of numbers with names: what bars and histograms are made of.

import { options as checkOptions, text } from "../check.ts";
import { anything, type Numbers, toFinite } from "./arguments.ts";
import { cssColor } from "./css-colors.ts";
import { seriesColor } from "./theme.ts";

/** Numbers with a name: the bars of one color. */
export interface NamedValues {
  values: Numbers;
  /** Its name in the legend, or above its panel. Default: none. */
  label?: string;
  /** A CSS color. Default: the next of the palette. */
  color?: string;
}

/** Numbers, or several rows of them with names. */
export type NamedValuesInput = Numbers | readonly NamedValues[];

export interface Row {
  readonly values: number[];
  readonly label: string | undefined;
  readonly color: string;
}

const rules = { values: anything, label: text, color: cssColor };

/** @throws DataError where a row is empty or holds something else than finite numbers */
export function toRows(call: string, input: NamedValuesInput): Row[] {
  const list: readonly NamedValues[] = isNamedList(input) ? input : [{ values: input }];
  return list.map((given, i) => {
    const { values, label, color } = checkOptions(`${call}: row ${i}`, given, rules);
    const name = label === undefined ? (list.length > 1 ? `row ${i}` : "values") : JSON.stringify(label);
    return { values: toFinite(`${call}: ${name}`, values), label, color: color ?? seriesColor(i) };
  });
}

export function isNamedList(input: NamedValuesInput): input is readonly NamedValues[] {
  return Array.isArray(input) && typeof input[0] === "object" && input[0] !== null;
}
