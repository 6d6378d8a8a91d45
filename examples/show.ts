import type { Tensor } from "kobai";

/** A tensor or an array as NumPy prints it: up to eight digits after the point, in columns. */
export function show(values: Tensor | ArrayLike<number> | readonly (readonly number[])[]): string {
  const { shape, data } = asTensor(values);
  const sizes = data.map(Math.abs).filter((size) => size > 0);
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)];
  const exponential = most >= 1e8 || least < 1e-4 || most / least > 1000;
  const texts = data.map((value) => (exponential ? scientific(value) : fixed(value)));
  const digits = Math.max(...texts.map((text) => text.length - text.indexOf(".") - 1));
  const whole = Math.max(...texts.map((text) => text.indexOf(".")));
  const cells = texts.map((text) =>
    exponential ? text : text.padEnd(text.indexOf(".") + 1 + digits).padStart(whole + 1 + digits),
  );
  const width = Math.max(...cells.map((cell) => cell.length));
  return nested(
    cells.map((cell) => cell.padStart(width)),
    shape,
    1,
  );
}

function fixed(value: number): string {
  return value.toFixed(8).replace(/0+$/, "");
}

function scientific(value: number): string {
  return value.toExponential(8).replace(/e([+-])(\d)$/, "e$10$2");
}

function nested(cells: readonly string[], shape: readonly number[], depth: number): string {
  if (shape.length === 0) return cells[0]!.trim();
  if (shape.length === 1) return `[${cells.join(" ")}]`;
  const part = cells.length / shape[0]!;
  const parts = Array.from({ length: shape[0]! }, (_, i) =>
    nested(cells.slice(i * part, (i + 1) * part), shape.slice(1), depth + 1),
  );
  return `[${parts.join(`\n${" ".repeat(depth)}`)}]`;
}

function asTensor(values: Parameters<typeof show>[0]): { shape: readonly number[]; data: number[] } {
  if ("shape" in values) return { shape: values.shape, data: Array.from(values.data) };
  const rows = Array.from(values as ArrayLike<number | readonly number[]>);
  return Array.isArray(rows[0])
    ? { shape: [rows.length, rows[0].length], data: rows.flat() }
    : { shape: [rows.length], data: rows as number[] };
}
