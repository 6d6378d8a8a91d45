// How classes are told apart: by colour, and for those who see no colours by shape.

import { classColors, css } from "../../shared/colors.ts";

/** Around 0, as wide as 10 or so. */
const shapes = [
  "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0z",
  "M-4.5-4.5h9v9h-9z",
  "M0-6L5.6 4.4H-5.6z",
  "M0-6.4L5 0L0 6.4L-5 0z",
  "M0 6L5.6-4.4H-5.6z",
  "M-2-5.5h4v3.5h3.5v4h-3.5v3.5h-4v-3.5h-3.5v-4h3.5z",
];

/** Each class has a pair of its own: the next shapes begin when colours do again. */
const shapeOf = (label: number) => shapes[(label + Math.floor(label / classColors.length)) % shapes.length]!;
export const colorOfClass = (label: number) => classColors[label % classColors.length]!;

const paths = new Map<string, Path2D>();

/** The shape as a canvas takes it. */
export function pathOf(label: number): Path2D {
  const shape = shapeOf(label);
  const path = paths.get(shape) ?? new Path2D(shape);
  paths.set(shape, path);
  return path;
}

/** A class's mark, as its points are drawn. */
export function Mark({ label }: { readonly label: number }) {
  return (
    <svg class="mark" viewBox="-7 -7 14 14" width="14" height="14" aria-hidden="true">
      <path d={shapeOf(label)} fill={css(colorOfClass(label))} />
    </svg>
  );
}

/** What the marks stand for. */
export function Legend({ names }: { readonly names: readonly string[] }) {
  return (
    <ul class="legend">
      {names.map((name, label) => (
        <li key={label}>
          <Mark label={label} /> {name}
        </li>
      ))}
    </ul>
  );
}
