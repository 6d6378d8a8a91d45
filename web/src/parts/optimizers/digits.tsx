import type { LayerDescription, OptimizerDescription, WorkerDataset, WorkerNetwork } from "kobai/worker";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Chart } from "../../shared/chart.tsx";
import { Failure } from "../../shared/failure.tsx";
import { lazy } from "../../shared/lazy.tsx";
import { trainingWorker } from "../../shared/worker.ts";
import { copyOf, images } from "../train/data.ts";
import { optimizerNames } from "./surfaces.ts";
import type { text } from "./text.ts";

const FetchProgress = lazy(() => import("../train/fetch-progress.tsx"));

const layers: readonly LayerDescription[] = [
  { kind: "dense", units: 100, weight: { kind: "he" } },
  { kind: "relu" },
  { kind: "dense", units: 10, weight: { kind: "he" } },
];

/** The book's rates (6.1.8). */
const racers: readonly OptimizerDescription[] = [
  { kind: "sgd", lr: 0.01 },
  { kind: "momentum", lr: 0.01 },
  { kind: "adaGrad", lr: 0.01 },
  { kind: "adam", lr: 0.001 },
];
const STEPS = 2000;
const EVERY = 100;
/** So often the curves are drawn anew, in milliseconds. */
const DRAW_MS = 200;

interface Curve {
  readonly x: number[];
  readonly loss: number[];
  readonly at: number[];
  readonly accuracy: number[];
}

const empty = (): Curve => ({ x: [], loss: [], at: [], accuracy: [] });

/** Four networks in the worker that train at once. */
export function DigitsRace({ t }: { readonly t: (typeof text)["en"] }) {
  const curves = useRef<readonly Curve[]>(racers.map(empty));
  const [state, setState] = useState<"ready" | "fetching" | "running">("ready");
  const [drawn, setDrawn] = useState(0);
  const [problem, setProblem] = useState<unknown>();
  const stop = useRef<AbortController | undefined>(undefined);
  useEffect(() => () => stop.current?.abort(), []);

  const race = async () => {
    const controller = new AbortController();
    stop.current = controller;
    curves.current = racers.map(empty);
    const held: (WorkerDataset | WorkerNetwork)[] = [];
    setProblem(undefined);
    setState("fetching");
    try {
      const data = await images("mnist");
      const worker = await trainingWorker();
      const [train, test] = [
        await worker.dataset(copyOf(data.train)),
        await worker.dataset(copyOf(data.test)),
      ];
      held.push(train, test);
      setState("running");
      let last = 0;
      const tick = () => {
        const now = performance.now();
        if (now - last < DRAW_MS) return;
        last = now;
        setDrawn((count) => count + 1);
      };
      await Promise.all(
        racers.map(async (optimizer, i) => {
          const net = await worker.sequential(layers, { input: [784], seed: 42 });
          held.push(net);
          const curve = curves.current[i]!;
          await net.fit(train, {
            loss: "crossEntropy",
            optimizer,
            batchSize: 100,
            steps: STEPS,
            signal: controller.signal,
            evaluate: { data: test, every: EVERY },
            onProgress: tick,
            onEvaluate({ step, results }) {
              curve.at.push(step);
              curve.accuracy.push(results.data!.accuracy);
              curve.x.push(step);
              curve.loss.push(results.data!.loss);
              tick();
            },
          });
        }),
      );
    } catch (error) {
      if ((error as Error).name === "AbortError") return;
      setProblem(error);
    } finally {
      for (const each of held) each.dispose();
      stop.current = undefined;
      setState("ready");
      setDrawn((count) => count + 1);
    }
  };

  const [loss, accuracy] = useMemo(() => {
    const label = (i: number) => ({ label: optimizerNames[i]!, color: `--series-${i + 1}` });
    return [
      curves.current.map(({ x, loss }, i) => ({ ...label(i), x: [...x], y: [...loss] })),
      curves.current.map(({ at, accuracy }, i) => ({ ...label(i), x: [...at], y: [...accuracy] })),
    ] as const;
  }, [drawn]);
  return (
    <section class="card">
      <h2>{t.digits}</h2>
      <p class="quiet">{t.digitsLead}</p>
      <p>
        <button
          type="button"
          class="main"
          data-race
          disabled={state === "fetching"}
          onClick={() => (state === "running" ? stop.current?.abort() : void race())}
        >
          {state === "ready" ? t.start : state === "fetching" ? t.fetching : t.stop}
        </button>
      </p>
      {state === "fetching" && <FetchProgress kind="mnist" />}
      {problem !== undefined && <Failure words={t.stopped} error={problem} />}
      {loss.some(({ x }) => x.length > 0) && (
        <div class="cards">
          <Chart label={t.loss} xLabel={t.step} series={loss} format={(value) => value.toFixed(4)} />
          <Chart
            label={t.accuracy}
            xLabel={t.step}
            series={accuracy}
            format={(value) => `${(100 * value).toFixed(2)} %`}
          />
        </div>
      )}
    </section>
  );
}
