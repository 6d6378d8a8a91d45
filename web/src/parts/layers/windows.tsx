import { useState } from "preact/hooks";
import { readAddress, writeAddress } from "../../shared/address.ts";
import { Select, Slider } from "../../shared/fields.tsx";
import { useTexts } from "../../shared/language.ts";
import { text } from "./text.ts";

type Kind = "convolution" | "max" | "average";

const SIDE = 8;
const MOST = 3;
const filters: Readonly<Record<string, readonly number[]>> = {
  vertical: [1, 0, -1, 1, 0, -1, 1, 0, -1],
  horizontal: [1, 1, 1, 0, 0, 0, -1, -1, -1],
  blur: [1, 1, 1, 1, 1, 1, 1, 1, 1].map((each) => each / 9),
  sharpen: [0, -1, 0, -1, 5, -1, 0, -1, 0],
  identity: [0, 0, 0, 0, 1, 0, 0, 0, 0],
};

/** A seven. */
const drawing = "0000000003333330000003300000330000033000003300000033000000000000";

/** The cells that a window covers, and what it makes of them. */
interface Cell {
  readonly covered: readonly { readonly row: number; readonly column: number; readonly value: number }[];
  readonly value: number;
}

function cellAt(
  image: readonly number[],
  kind: Kind,
  filter: readonly number[],
  { stride, padding }: { readonly stride: number; readonly padding: number },
  row: number,
  column: number,
): Cell {
  const size = kind === "convolution" ? 3 : 2;
  const covered = Array.from({ length: size * size }, (_, i) => {
    const at = {
      row: row * stride - padding + Math.floor(i / size),
      column: column * stride - padding + (i % size),
    };
    const isInside = at.row >= 0 && at.row < SIDE && at.column >= 0 && at.column < SIDE;
    return { ...at, value: isInside ? image[at.row * SIDE + at.column]! : 0 };
  });
  const values = covered.map(({ value }) => value);
  if (kind === "max") return { covered, value: Math.max(...values) };
  if (kind === "average")
    return { covered, value: values.reduce((sum, value) => sum + value, 0) / values.length };
  return { covered, value: values.reduce((sum, value, i) => sum + value * filter[i]!, 0) };
}

const brief = (value: number) => String(Number(value.toFixed(2)));

/** A convolution, or a pooling, cell by cell (the book's 7.2 and 7.3). */
export function Windows() {
  const t = useTexts(text);
  const { params } = readAddress();
  const [image, setImage] = useState<readonly number[]>(() => {
    const asked = params.get("image") ?? drawing;
    return Array.from(/^[0-3]{64}$/.test(asked) ? asked : drawing, Number);
  });
  const [kind, setKind] = useState<Kind>(
    () =>
      (["convolution", "max", "average"] as const).find((each) => each === params.get("window")) ??
      "convolution",
  );
  const [filterName, setFilterName] = useState(() => {
    const asked = params.get("filter") ?? "";
    return Object.hasOwn(filters, asked) ? asked : "vertical";
  });
  const [stride, setStride] = useState(() => (params.get("stride") === "2" ? 2 : 1));
  const [padding, setPadding] = useState(() => (params.get("padding") === "1" ? 1 : 0));
  const [place, setPlace] = useState({ row: 1, column: 1 });
  const filter = filters[filterName]!;
  const size = kind === "convolution" ? 3 : 2;
  const side = Math.floor((SIDE + 2 * padding - size) / stride) + 1;
  const row = Math.min(place.row, side - 1);
  const column = Math.min(place.column, side - 1);
  const geometry = { stride, padding };
  const outputs = Array.from({ length: side * side }, (_, i) =>
    cellAt(image, kind, filter, geometry, Math.floor(i / side), i % side),
  );
  const current = outputs[row * side + column]!;
  const draw = (next: readonly number[]) => {
    setImage(next);
    writeAddress({ image: next.join("") });
  };
  const values = current.covered.map(({ value }) => value);
  const arithmetic =
    kind === "convolution"
      ? `${values.map((value, i) => `${brief(value)}×${brief(filter[i]!)}`).join(" + ")} = ${brief(current.value)}`
      : kind === "max"
        ? `max(${values.map(brief).join(", ")}) = ${brief(current.value)}`
        : `(${values.map(brief).join(" + ")}) ÷ ${values.length} = ${brief(current.value)}`;
  const largest = Math.max(1e-9, ...outputs.map(({ value }) => Math.abs(value)));
  return (
    <section class="card">
      <h2>{t.windows}</h2>
      <p class="quiet">{t.windowsLead}</p>
      <div class="cards">
        <div>
          <Select
            label={t.kind}
            value={kind}
            options={t.kinds}
            onChange={(value) => {
              setKind(value);
              writeAddress({ window: value });
            }}
          />
          {kind === "convolution" && (
            <Select
              label={t.filter}
              value={filterName}
              options={t.filters}
              onChange={(value) => {
                setFilterName(value);
                writeAddress({ filter: value });
              }}
            />
          )}
          <Slider
            label={t.stride}
            value={stride}
            min={1}
            max={2}
            text={String(stride)}
            onInput={(value) => {
              setStride(value);
              writeAddress({ stride: String(value) });
            }}
          />
          <Slider
            label={t.padding}
            value={padding}
            min={0}
            max={1}
            text={String(padding)}
            onInput={(value) => {
              setPadding(value);
              writeAddress({ padding: String(value) });
            }}
          />
          <Slider
            label={t.row}
            value={row}
            min={0}
            max={side - 1}
            text={String(row + 1)}
            onInput={(value) => setPlace({ row: value, column })}
          />
          <Slider
            label={t.column}
            value={column}
            min={0}
            max={side - 1}
            text={String(column + 1)}
            onInput={(value) => setPlace({ row, column: value })}
          />
          <p>
            <button type="button" onClick={() => draw(image.map(() => 0))}>
              {t.clear}
            </button>
          </p>
        </div>
        <div>
          <h3>{t.image}</h3>
          <div class="cells" style={{ gridTemplateColumns: `repeat(${SIDE}, 1fr)` }}>
            {image.map((value, i) => {
              const [r, c] = [Math.floor(i / SIDE), i % SIDE];
              const isCovered = current.covered.some((each) => each.row === r && each.column === c);
              return (
                <button
                  key={i}
                  type="button"
                  class={isCovered ? "covered" : undefined}
                  aria-label={`${r + 1}, ${c + 1}: ${value}`}
                  style={{
                    background: `color-mix(in srgb, var(--series-1) ${(50 * value) / MOST}%, var(--ground))`,
                  }}
                  onClick={() => draw(image.map((each, j) => (j === i ? (each + 1) % (MOST + 1) : each)))}
                >
                  {value}
                </button>
              );
            })}
          </div>
        </div>
        <div>
          {kind === "convolution" && (
            <>
              <h3>{t.weights}</h3>
              <div class="cells small" style={{ gridTemplateColumns: "repeat(3, 1fr)" }}>
                {filter.map((value, i) => (
                  <span key={i}>{brief(value)}</span>
                ))}
              </div>
            </>
          )}
          <h3>{t.output}</h3>
          <div class="cells" style={{ gridTemplateColumns: `repeat(${side}, 1fr)` }}>
            {outputs.map(({ value }, i) => {
              const [r, c] = [Math.floor(i / side), i % side];
              const isCurrent = r === row && c === column;
              const color = value < 0 ? "--series-1" : "--series-2";
              return (
                <button
                  key={i}
                  type="button"
                  class={isCurrent ? "covered" : undefined}
                  aria-pressed={isCurrent}
                  aria-label={`${r + 1}, ${c + 1}: ${brief(value)}`}
                  style={{
                    background: `color-mix(in srgb, var(${color}) ${(45 * Math.abs(value)) / largest}%, var(--ground))`,
                    color: "var(--text)",
                  }}
                  onPointerEnter={() => setPlace({ row: r, column: c })}
                  onClick={() => setPlace({ row: r, column: c })}
                >
                  {brief(value)}
                </button>
              );
            })}
          </div>
        </div>
      </div>
      <p class="row">
        <output aria-live="polite" data-cell>
          {arithmetic}
        </output>
      </p>
    </section>
  );
}
