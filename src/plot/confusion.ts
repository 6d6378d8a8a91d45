// Which classes are taken for which.

import { options as checkOptions, isObject, isWhole, text, whole } from "../check.ts";
import { DataError, OptionError } from "../errors.ts";
import { checkSameLength, type Table, texts, toTable } from "./arguments.ts";
import { colorScale, hexOf, isDark } from "./colors.ts";
import type { Drawing, Picture } from "./drawing.ts";
import { Figure } from "./figure.ts";
import { type Classes, toClasses } from "./labels.ts";
import { heading } from "./panels.ts";
import { coordinate, svgElement, textWidth } from "./svg.ts";
import { edge, fontSize, ink } from "./theme.ts";

/** Options of `confusionMatrix`. */
export interface ConfusionOptions {
  /** Stands above the matrix. Default: none. */
  title?: string;
  /** The classes' names, in any language. Default: 0, 1, 2, … */
  labels?: readonly string[];
  /** How many classes there are. Default: as many as labels, or as the largest label says. */
  classes?: number;
  /** The axes' names. Default "true" for the rows and "predicted" for the columns. */
  rowLabel?: string;
  columnLabel?: string;
}

const rules = { title: text, labels: texts, classes: whole(1, 100), rowLabel: text, columnLabel: text };

/**
 * How often each class was taken for each: a row for each true class, a column for each predicted one.
 *
 * What is right is blue, the darker the larger its share of the row; mistakes are red, the darkest the most frequent one.
 *
 * The metric `confusionMatrix()` of `kobai` counts what this draws. Who needs both in one file imports this one under a name of its own,
 * `import { confusionMatrix as drawConfusionMatrix } from "kobai/plot"`, or all of it, `import * as plot from "kobai/plot"`.
 *
 * @param t the true labels [n], or one-hot rows
 * @param y the predicted labels [n], or a network's outputs [n, classes], of which the largest counts
 * @throws DataError where there are not as many predictions as labels, or they are no classes
 * @throws OptionError where there are fewer classes or names than labels say
 * @example
 * import { confusionMatrix } from "kobai/plot";
 * await writeFile("digits.svg", await confusionMatrix(test.t, net.predict(test.x), { title: "Digits" }).svg());
 */
export function confusionMatrix(t: Classes, y: Classes, options?: ConfusionOptions): Figure;
/**
 * @param counts [true class, predicted class], as the metric gives them
 * @throws DataError where they are no whole numbers of at least 0, or not as many rows as columns
 * @example
 * import { confusionMatrix } from "kobai";
 * import { confusionMatrix as drawConfusionMatrix } from "kobai/plot";
 * const measured = await net.evaluate(test, { metrics: [confusionMatrix()] });
 * await writeFile("digits.svg", await drawConfusionMatrix(measured.confusionMatrix).svg());
 */
export function confusionMatrix(counts: Table, options?: ConfusionOptions): Figure;
export function confusionMatrix(
  first: Classes,
  second?: Classes | ConfusionOptions,
  third?: ConfusionOptions,
): Figure {
  const isCounted = second === undefined || (isObject(second) && !("shape" in second));
  const given = isCounted ? (second as ConfusionOptions | undefined) : third;
  const options = checkOptions("confusionMatrix", given, rules);
  const counts = isCounted ? squareOf(first as Table) : counted(first, second as Classes, options);
  const classes = counts.length;
  if (options.classes !== undefined && options.classes !== classes) {
    throw new OptionError(`confusionMatrix: classes is ${options.classes}, but the counts are of ${classes}`);
  }
  if (options.labels && options.labels.length !== classes) {
    throw new OptionError(
      `confusionMatrix: labels has ${options.labels.length} names for ${classes} classes`,
    );
  }
  const names = options.labels ?? Array.from({ length: classes }, (_, i) => String(i));
  return new Figure(options.title ?? "confusion matrix", (drawing) =>
    drawMatrix(drawing, counts, names, options),
  );
}

function counted(t: Classes, y: Classes, options: ConfusionOptions): number[][] {
  const truths = toClasses("confusionMatrix: t", t);
  const predictions = toClasses("confusionMatrix: y", y);
  checkSameLength("confusionMatrix", { t: truths, y: predictions });
  let count = 0;
  for (const label of [...truths, ...predictions]) count = Math.max(count, label + 1);
  const classes = options.classes ?? Math.max(count, options.labels?.length ?? 0);
  if (count > classes)
    throw new OptionError(`confusionMatrix: classes is ${classes}, but there is a label ${count - 1}`);
  checkClasses(classes);
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (const [i, truth] of truths.entries()) counts[truth]![predictions[i]!]!++;
  return counts;
}

/** Counts that somebody else has made. */
function squareOf(given: Table): number[][] {
  const { rows, columns, data } = toTable("confusionMatrix: counts", given);
  const wrong = data.findIndex((count) => !isWhole(count, 0));
  if (rows !== columns || wrong >= 0) {
    throw new DataError(
      `confusionMatrix: counts must be whole numbers of at least 0, [classes, classes]; ` +
        `${rows === columns ? `element ${wrong} is ${data[wrong]}` : `they are [${rows}, ${columns}]`}; ` +
        "of labels and predictions, give both",
    );
  }
  checkClasses(rows);
  return Array.from({ length: rows }, (_, i) => data.slice(i * rows, (i + 1) * rows));
}

function checkClasses(classes: number): void {
  if (classes <= 100) return;
  throw new DataError(`confusionMatrix: ${classes} classes are more than a picture can show; at most 100`);
}

const LINE = 20;

function drawMatrix(
  drawing: Drawing,
  counts: readonly (readonly number[])[],
  names: readonly string[],
  { title, rowLabel = "true", columnLabel = "predicted" }: ConfusionOptions,
): Picture {
  const { document } = drawing;
  const [right, wrong] = [colorScale(drawing, "blues", [0, 1]), colorScale(drawing, "reds", [0, 1])];
  const mistakes = counts.flatMap((row, i) => row.filter((_, j) => j !== i));
  const worst = Math.max(1, ...mistakes);
  const nameWidth = Math.max(...names.map((name) => textWidth(name)));
  const countWidth = Math.max(...counts.flat().map((count) => textWidth(String(count))));
  const across = Math.ceil(Math.max(26, countWidth + 8, nameWidth + 8));
  const down = Math.min(across, 40);
  const top = (title === undefined ? 0 : 28) + 2 * LINE;
  const left = Math.ceil(Math.max(nameWidth + 10, textWidth(`↓ ${rowLabel}`, fontSize.label)));
  const side = across * names.length;
  const group = svgElement(document, "g", { "text-anchor": "middle" });
  const width = Math.max(left + side, left + side / 2 + textWidth(title ?? "", fontSize.panelTitle) / 2);
  if (title !== undefined) group.append(heading(document, title, left + side / 2, fontSize.panelTitle));
  const label = (text: string, x: number, y: number, anchor?: string) =>
    svgElement(
      document,
      "text",
      { x: coordinate(x), y: coordinate(y), "text-anchor": anchor, "font-size": fontSize.label },
      text,
    );
  group.append(
    label(`${columnLabel} →`, left + side / 2, top - LINE - 6),
    label(`↓ ${rowLabel}`, 0, top - 6, "start"),
  );
  const cells = svgElement(document, "g", { "aria-label": "cells" });
  for (const [i, name] of names.entries()) {
    group.append(
      svgElement(document, "text", { x: left + (i + 0.5) * across, y: top - 6 }, name),
      svgElement(
        document,
        "text",
        { x: left - 6, y: top + (i + 0.5) * down, dy: "0.32em", "text-anchor": "end" },
        name,
      ),
    );
    const total = Math.max(
      1,
      counts[i]!.reduce((sum, count) => sum + count, 0),
    );
    for (const [j, count] of counts[i]!.entries()) {
      const rgb =
        i === j
          ? right.rgb((0.8 * count) / total)
          : wrong.rgb(count === 0 ? 0 : 0.08 + (0.52 * count) / worst);
      const [x, y] = [left + j * across, top + i * down];
      const fill = count === 0 ? "white" : hexOf(rgb);
      cells.append(svgElement(document, "rect", { x, y, width: across, height: down, fill, stroke: edge }));
      if (count > 0) {
        const at = { x: x + across / 2, y: y + down / 2, dy: "0.35em", fill: isDark(rgb) ? "white" : ink };
        cells.append(svgElement(document, "text", at, String(count)));
      }
    }
  }
  group.append(cells);
  return { element: group, width, height: top + down * names.length };
}
