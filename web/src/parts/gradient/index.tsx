import { useEffect, useMemo, useState } from "preact/hooks";
import { numberOf, readAddress, writeAddress } from "../../shared/address.ts";
import { Chart } from "../../shared/chart.tsx";
import { type Graph, gradientAt, parse, valueAt } from "../../shared/expression.ts";
import { ExpressionField } from "../../shared/expression-field.tsx";
import { Field, type Landscape } from "../../shared/field.tsx";
import { NumberField, Select, Slider } from "../../shared/fields.tsx";
import { Heading } from "../../shared/heading.tsx";
import { useTexts } from "../../shared/language.ts";
import { Surface } from "../../shared/surface.tsx";
import { Curve, RANGE } from "./curve.tsx";
import { text } from "./text.ts";

/** The book's (4.3.2), and others whose derivatives have something to show. */
const examplesOfOne = [
  "0.01*x^2 + 0.1*x",
  "x^2",
  "sin(x)",
  "sigmoid(x)",
  "relu(x)",
  "exp(-x^2)",
  "x^3/10 - x",
  "abs(x)",
];
const examplesOfTwo = [
  "x^2 + y^2",
  "x^2/20 + y^2",
  "x^2 - y^2",
  "(1 - x)^2 + 5*(y - x^2)^2",
  "sin(x) + cos(y)",
];

/** Where a descent may start, what its rate may be, and how many steps it may have. */
const [PLACES, RATES, MOST_STEPS] = [[-100, 100], [0, 1000], 1000] as const;

/** What the address has, where it can be parsed. */
function expressionOf(
  name: string,
  usual: string,
  variables: readonly string[],
): { text: string; graph: Graph } {
  const asked = readAddress().params.get(name) ?? usual;
  try {
    return { text: asked, graph: parse(asked, variables) };
  } catch {
    return { text: usual, graph: parse(usual, variables) };
  }
}

export default function Gradient() {
  const t = useTexts(text);
  return (
    <>
      <Heading texts={t} />
      <div class="stack">
        <OneVariable />
        <TwoVariables />
      </div>
    </>
  );
}

/** The central difference, all of it in one type. */
function centralDifference(graph: Graph, x: number, h: number, round: (value: number) => number): number {
  const [up, down] = [round(round(x) + round(h)), round(round(x) - round(h))];
  const rise = round(valueAt(graph, { x: up }, round) - valueAt(graph, { x: down }, round));
  return round(rise / round(2 * round(h)));
}

const exponents = Array.from({ length: 61 }, (_, i) => -15 + i / 4);
const same = (value: number) => value;

function OneVariable() {
  const t = useTexts(text);
  const [{ text: typed, graph }, setExpression] = useState(() => expressionOf("f", "sin(x)", ["x"]));
  const [x, setX] = useState(() => numberOf(readAddress().params, "x", 1, [-RANGE, RANGE]));
  const [exponent, setExponent] = useState(() => numberOf(readAddress().params, "h", -4, [-15, 0]));
  useEffect(() => writeAddress({ f: typed, x: String(x), h: String(exponent) }), [typed, x, exponent]);
  const h = 10 ** exponent;
  const [analytic = 0] = gradientAt(graph, { x }, ["x"]);
  const numerical = centralDifference(graph, x, h, same);
  const errors = useMemo(() => {
    const of = (round: (value: number) => number) =>
      exponents.map((each) => {
        const error = Math.abs(centralDifference(graph, x, 10 ** each, round) - analytic);
        // A difference of nothing has no place on this scale.
        return Number.isFinite(error) && error > 0 ? Math.log10(error) : null;
      });
    return [
      { label: "float64", color: "--series-1", x: exponents, y: of(same) },
      { label: "float32", color: "--series-2", x: exponents, y: of(Math.fround), dashed: true },
    ];
  }, [graph, x, analytic]);
  const choose = (chosen: string) =>
    chosen !== "" && setExpression({ text: chosen, graph: parse(chosen, ["x"]) });
  const digits = (value: number) => (Number.isFinite(value) ? String(value) : "–");
  return (
    <section class="card">
      <h2>{t.one}</h2>
      <p class="quiet">{t.oneLead}</p>
      <div class="cards">
        <div>
          <Select
            label={t.example}
            value={examplesOfOne.includes(typed) ? typed : ""}
            options={{ "": t.choose, ...Object.fromEntries(examplesOfOne.map((each) => [each, each])) }}
            onChange={choose}
          />
          <ExpressionField
            label={t.f}
            value={typed}
            variables={["x"]}
            onChange={(text, graph) => setExpression({ text, graph })}
          />
          <Slider
            label={t.place}
            value={x}
            min={-RANGE}
            max={RANGE}
            step={0.01}
            text={String(x)}
            onInput={setX}
          />
          <Slider
            label={t.h}
            value={exponent}
            min={-15}
            max={0}
            step={0.25}
            text={`10${raised(exponent)}`}
            onInput={setExponent}
          />
          <dl class="numbers">
            <div>
              <dt>{t.value}</dt>
              <dd>{digits(valueAt(graph, { x }))}</dd>
            </div>
            <div>
              <dt>{t.analytic}</dt>
              <dd data-analytic>{digits(analytic)}</dd>
            </div>
            <div>
              <dt>{t.numerical}</dt>
              <dd data-numerical>{digits(numerical)}</dd>
            </div>
            <div>
              <dt>{t.difference}</dt>
              <dd>{digits(Math.abs(numerical - analytic))}</dd>
            </div>
          </dl>
        </div>
        <div class="double">
          <Curve label={t.plot} graph={graph} x={x} onMove={setX} />
        </div>
        <div>
          <h3>{t.errors}</h3>
          <p class="quiet">{t.errorsLead}</p>
          <Chart
            label={t.errors}
            xLabel={t.step}
            series={errors}
            format={(value) => (10 ** value).toExponential(1)}
          />
        </div>
      </div>
    </section>
  );
}

/** Gradient descent: the places it comes to, up to where it blows up. */
function descend(graph: Graph, start: readonly [number, number], rate: number, steps: number) {
  const points: (readonly [number, number])[] = [start];
  for (let i = 0; i < steps; i++) {
    const [x, y] = points.at(-1)!;
    const [gx = 0, gy = 0] = gradientAt(graph, { x, y }, ["x", "y"]);
    const next = [x - rate * gx, y - rate * gy] as const;
    if (!next.every(Number.isFinite)) break;
    points.push(next);
  }
  return points;
}

/** An exponent as it stands behind its base. */
const raised = (exponent: number) =>
  String(exponent).replace(/[-.\d]/g, (sign) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(sign)] ?? (sign === "-" ? "⁻" : "·"));

function TwoVariables() {
  const t = useTexts(text);
  const [{ text: typed, graph }, setExpression] = useState(() =>
    expressionOf("g", examplesOfTwo[0]!, ["x", "y"]),
  );
  const [start, setStart] = useState<readonly [number, number]>(() => [
    numberOf(readAddress().params, "gx", -3, PLACES),
    numberOf(readAddress().params, "gy", 4, PLACES),
  ]);
  const [rate, setRate] = useState(() => numberOf(readAddress().params, "rate", 0.1, RATES));
  const [steps, setSteps] = useState(() =>
    Math.round(numberOf(readAddress().params, "steps", 100, [1, MOST_STEPS])),
  );
  useEffect(
    () =>
      writeAddress({
        g: typed,
        gx: String(start[0]),
        gy: String(start[1]),
        rate: String(rate),
        steps: String(steps),
      }),
    [typed, start, rate, steps],
  );
  const landscape = useMemo<Landscape>(
    () => ({
      value: (x, y) => valueAt(graph, { x, y }),
      gradient: (x, y) => gradientAt(graph, { x, y }, ["x", "y"]) as [number, number],
      x: [-RANGE, RANGE],
      y: [-RANGE, RANGE],
    }),
    [graph],
  );
  const points = useMemo(() => descend(graph, start, rate, steps), [graph, start, rate, steps]);
  const paths = useMemo(() => [{ name: t.path, color: "--series-2", points }], [t, points]);
  const last = points.at(-1)!;
  const slope = Math.hypot(...landscape.gradient(...last));
  const outcome =
    points.length <= steps || Math.hypot(...last) > 1e3
      ? "diverged"
      : slope < 1e-2
        ? "converged"
        : Math.hypot(last[0] - start[0], last[1] - start[1]) < 1e-3
          ? "still"
          : "under";
  const two = (value: number) =>
    Math.abs(value) < 1e4 ? String(Math.round(value * 1000) / 1000) : value.toExponential(2);
  const round = (value: number) => Math.round(value * 100) / 100;
  return (
    <section class="card">
      <h2>{t.two}</h2>
      <p class="quiet">{t.twoLead}</p>
      <div class="cards">
        <div>
          <Select
            label={t.example}
            value={examplesOfTwo.includes(typed) ? typed : ""}
            options={{ "": t.choose, ...Object.fromEntries(examplesOfTwo.map((each) => [each, each])) }}
            onChange={(chosen) =>
              chosen !== "" && setExpression({ text: chosen, graph: parse(chosen, ["x", "y"]) })
            }
          />
          <ExpressionField
            label="f(x, y) ="
            value={typed}
            variables={["x", "y"]}
            onChange={(text, graph) => setExpression({ text, graph })}
          />
          <div class="pair">
            <NumberField
              label={t.start("x")}
              value={start[0]}
              min={PLACES[0]}
              max={PLACES[1]}
              onChange={(x) => setStart([x, start[1]])}
            />
            <NumberField
              label={t.start("y")}
              value={start[1]}
              min={PLACES[0]}
              max={PLACES[1]}
              onChange={(y) => setStart([start[0], y])}
            />
            <NumberField label={t.rate} value={rate} min={RATES[0]} max={RATES[1]} onChange={setRate} />
            <NumberField
              label={t.steps}
              value={steps}
              min={1}
              max={MOST_STEPS}
              step={1}
              onChange={setSteps}
            />
          </div>
          <fieldset>
            <legend>{t.failures}</legend>
            <div class="row">
              {(
                [
                  [0.1, t.good],
                  [10, t.large],
                  [1e-10, t.small],
                ] as const
              ).map(([value, name]) => (
                <button
                  key={value}
                  type="button"
                  aria-pressed={rate === value}
                  onClick={() => setRate(value)}
                >
                  {name}
                </button>
              ))}
            </div>
          </fieldset>
          <dl class="numbers">
            <div>
              <dt>{t.end}</dt>
              <dd>
                ({two(last[0])}, {two(last[1])})
              </dd>
            </div>
            <div>
              <dt>{t.outcome}</dt>
              <dd data-outcome={outcome}>{t.outcomes[outcome]}</dd>
            </div>
          </dl>
        </div>
        <div>
          <Field
            label={t.field}
            landscape={landscape}
            paths={paths}
            arrows
            onPick={(x, y) => setStart([round(x), round(y)])}
          />
        </div>
        <div>
          <Surface label={t.surface} turn={t.turn} landscape={landscape} paths={paths} />
        </div>
      </div>
    </section>
  );
}
