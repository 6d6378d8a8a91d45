import "../train/engine-file.ts";
import { init } from "kobai";
import { AdaGrad, Adam, Momentum, SGD } from "kobai/book";
import { useEffect, useMemo, useState } from "preact/hooks";
import { numberOf, readAddress, writeAddress } from "../../shared/address.ts";
import { Chart } from "../../shared/chart.tsx";
import { Failure } from "../../shared/failure.tsx";
import { Field, type Path } from "../../shared/field.tsx";
import { NumberField, Select, Slider } from "../../shared/fields.tsx";
import { Heading } from "../../shared/heading.tsx";
import { useTexts } from "../../shared/language.ts";
import { Surface } from "../../shared/surface.tsx";
import { DigitsRace } from "./digits.tsx";
import { type OptimizerName, optimizerNames, type RaceSurface, surfaces } from "./surfaces.ts";
import { text } from "./text.ts";

const STEPS = 100;
const PER_SECOND = 12;
/** Where a race may start, and what its rates may be. */
const [PLACES, RATES] = [
  [-100, 100],
  [1e-6, 100],
] as const;

const makers: Readonly<Record<OptimizerName, (lr: number) => SGD>> = {
  SGD: (lr) => new SGD({ lr }),
  Momentum: (lr) => new Momentum({ lr }),
  AdaGrad: (lr) => new AdaGrad({ lr }),
  Adam: (lr) => new Adam({ lr }),
};

/** The places that one of kobai's optimizers comes to. */
function pathOf(
  { gradient }: RaceSurface,
  [x, y]: readonly [number, number],
  optimizer: SGD,
): (readonly [number, number])[] {
  const position: Record<string, number> = { x, y };
  const points: (readonly [number, number])[] = [[x, y]];
  for (let i = 0; i < STEPS; i++) {
    const [gx, gy] = gradient(position.x!, position.y!);
    if (!Number.isFinite(gx) || !Number.isFinite(gy) || Math.hypot(gx, gy) > 1e12) break;
    optimizer.update(position, { x: gx, y: gy });
    points.push([position.x!, position.y!]);
  }
  return points;
}

export const colorOfRacer = (i: number) => `--series-${i + 1}`;

export default function Optimizers() {
  const t = useTexts(text);
  const [isReady, setReady] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  useEffect(() => {
    init().then(() => setReady(true), setProblem);
  }, []);
  return (
    <>
      <Heading texts={t} />
      {problem !== undefined && <Failure words={t.missing} error={problem} />}
      <div class="stack">
        {isReady && <Race />}
        <DigitsRace t={t} />
      </div>
    </>
  );
}

function Race() {
  const t = useTexts(text);
  const { params } = readAddress();
  const [name, setName] = useState(() => {
    const asked = params.get("surface") ?? "";
    return Object.hasOwn(surfaces, asked) ? asked : "bowl";
  });
  const chosen = surfaces[name]!;
  const [start, setStart] = useState<readonly [number, number]>(() => [
    numberOf(params, "x", chosen.start[0], PLACES),
    numberOf(params, "y", chosen.start[1], PLACES),
  ]);
  const [rates, setRates] = useState(() => ({
    ...chosen.rates,
    ...Object.fromEntries(
      optimizerNames.map((each) => [each, numberOf(params, each, chosen.rates[each], RATES)]),
    ),
  }));
  const [step, setStep] = useState(() => Math.round(numberOf(params, "step", 0, [0, STEPS])));
  const [isPlaying, setPlaying] = useState(false);

  useEffect(() => {
    const all = optimizerNames.map((each) => [each, String(rates[each])]);
    writeAddress({
      surface: name,
      x: String(start[0]),
      y: String(start[1]),
      step: String(step),
      ...Object.fromEntries(all),
    });
  }, [name, start, rates, step]);
  useEffect(() => {
    if (!isPlaying) return;
    const timer = setInterval(() => setStep((at) => Math.min(STEPS, at + 1)), 1000 / PER_SECOND);
    return () => clearInterval(timer);
  }, [isPlaying]);
  useEffect(() => {
    if (step >= STEPS) setPlaying(false);
  }, [step]);

  const whole = useMemo(
    () => optimizerNames.map((each) => pathOf(chosen, start, makers[each](rates[each]))),
    [chosen, start, rates],
  );
  const paths = useMemo<readonly Path[]>(
    () =>
      whole.map((points, i) => ({
        name: optimizerNames[i]!,
        color: colorOfRacer(i),
        points: points.slice(0, step + 1),
      })),
    [whole, step],
  );
  const heights = useMemo(
    () =>
      paths.map(({ name, color, points }) => ({
        label: name,
        color,
        x: points.map((_, i) => i),
        y: points.map(([x, y]) => {
          const height = chosen.value(x, y);
          return Math.abs(height) < 1e6 ? height : null;
        }),
      })),
    [paths, chosen],
  );
  const round = (value: number) => Math.round(value * 100) / 100;
  const brief = (value: number) => (Math.abs(value) < 1e4 ? value.toFixed(3) : value.toExponential(1));
  return (
    <section class="card">
      <h2>{t.race}</h2>
      <p class="quiet">{t.raceLead}</p>
      <div class="cards">
        <div>
          <Select
            label={t.surface}
            value={name}
            options={t.surfaces}
            onChange={(next) => {
              setName(next);
              setStart(surfaces[next]!.start);
              setRates(surfaces[next]!.rates);
              setStep(0);
            }}
          />
          <div class="row">
            <button
              type="button"
              class="main"
              onClick={() => {
                if (step >= STEPS) setStep(0);
                setPlaying(!isPlaying);
              }}
            >
              {isPlaying ? t.pause : t.play}
            </button>
            <button type="button" disabled={step >= STEPS} onClick={() => setStep(step + 1)}>
              {t.forward}
            </button>
            <button type="button" disabled={step === 0} onClick={() => setStep(step - 1)}>
              {t.back}
            </button>
          </div>
          <Slider
            label={t.step}
            value={step}
            min={0}
            max={STEPS}
            text={t.of(step, STEPS)}
            onInput={setStep}
          />
          <div class="pair">
            <NumberField
              label={t.startX}
              value={start[0]}
              min={PLACES[0]}
              max={PLACES[1]}
              onChange={(x) => setStart([x, start[1]])}
            />
            <NumberField
              label={t.startY}
              value={start[1]}
              min={PLACES[0]}
              max={PLACES[1]}
              onChange={(y) => setStart([start[0], y])}
            />
            {optimizerNames.map((each) => (
              <NumberField
                key={each}
                label={t.rate(each)}
                value={rates[each]}
                min={RATES[0]}
                max={RATES[1]}
                onChange={(rate) => setRates({ ...rates, [each]: rate })}
              />
            ))}
          </div>
        </div>
        <div>
          <Field
            label={t.field}
            landscape={chosen}
            paths={paths}
            onPick={(x, y) => {
              setStart([round(x), round(y)]);
            }}
          />
          <div class="scroll">
            <table>
              <thead>
                <tr>
                  <th scope="col">{t.optimizer}</th>
                  <th scope="col">{t.place}</th>
                  <th scope="col">{t.height}</th>
                </tr>
              </thead>
              <tbody>
                {paths.map(({ name, color, points }) => {
                  const [x, y] = points.at(-1)!;
                  return (
                    <tr key={name}>
                      <th scope="row">
                        <span class="swatch" style={{ background: `var(${color})` }} />
                        {name}
                      </th>
                      <td>
                        {brief(x)}, {brief(y)}
                      </td>
                      <td data-height={name}>{brief(chosen.value(x, y))}</td>
                    </tr>
                  );
                })}
              </tbody>
            </table>
          </div>
        </div>
        <div>
          <Surface label={t.relief} turn={t.turn} landscape={chosen} paths={paths} />
          <h3>{t.heights}</h3>
          <Chart label={t.heights} xLabel={t.step} series={heights} height={180} />
        </div>
      </div>
    </section>
  );
}
