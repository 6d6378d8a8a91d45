import "./engine-file.ts";
import type { Kinds } from "kobai/worker";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { readAddress, writeAddress } from "../../shared/address.ts";
import { NumberField, Select } from "../../shared/fields.tsx";
import { Heading } from "../../shared/heading.tsx";
import { trainingWorker } from "../../shared/worker.ts";
import { Builder } from "./builder.tsx";
import { type DataKind, isFetched, isOfImages, type LabelledPoint, type Prepared } from "./data.ts";
import { DataFields } from "./data-fields.tsx";
import { OptimizerFields } from "./optimizer-fields.tsx";
import { presets } from "./presets.ts";
import { Problem } from "./problem.tsx";
import { Results } from "./results.tsx";
import type { Spec, State } from "./spec.ts";
import { fromParams, MOST_BATCH, toParams } from "./state-address.ts";
import { type TrainText, useText } from "./text.ts";
import { useRun } from "./use-run.ts";

const optimizers = ["sgd", "momentum", "adaGrad", "adam"] as const;

/** Shares of the test set that may be enough. */
const shares = ["0.9", "0.95", "0.97", "0.98", "0.99", "1"] as const;
type Until = (typeof shares)[number] | "never";

export default function Part() {
  const t = useText();
  return t ? <Train t={t} /> : <p aria-busy="true" />;
}

function Train({ t }: { readonly t: TrainText }) {
  const [state, setState] = useState<State>(() => fromParams(readAddress().params));
  const [preset, setPreset] = useState("");
  const [steps, setSteps] = useState(2000);
  const [until, setUntil] = useState<Until>("never");
  /** the step that training ends at, once it has begun */
  const end = useRef<number | undefined>(undefined);
  const [speed, setSpeed] = useState("full");
  const [own, setOwn] = useState<Readonly<Record<string, Prepared | undefined>>>({});
  const [ownNames, setOwnNames] = useState<readonly string[]>([]);
  /** what was asked for of what is fetched */
  const [wanted, setWanted] = useState<readonly DataKind[]>([]);
  const [label, setLabel] = useState(0);
  const [kinds, setKinds] = useState<Kinds>();
  const { spec, setting } = state;
  const mayFetch = wanted.includes(spec.data);
  const run = useRun(state, own[state.spec.data], mayFetch);
  const { trainer, isRunning } = run;

  useEffect(() => {
    trainingWorker().then(
      ({ kinds }) => setKinds(kinds),
      () => {},
    );
  }, []);

  const change = (next: State) => {
    setState(next);
    writeAddress(toParams(next));
  };
  /** Another run: nothing of this one is left. */
  const changeSpec = (part: Partial<Spec>) => {
    run.pause();
    change({ ...state, spec: { ...spec, ...part }, log: [] });
  };
  /** What may change while it runs: the run goes on with it from where it stands. */
  const changeSetting = (part: Partial<State["setting"]>) => {
    const next = { ...setting, ...part };
    const wasRunning = isRunning;
    run.pause();
    change({ ...state, setting: next, log: trainer?.shared ?? state.log });
    if (wasRunning) run.train(next, endOf, enough(), rate());
  };
  const train = () => {
    end.current = undefined;
    run.train(setting, endOf, enough(), rate());
  };
  const endOf = (from: number) => {
    end.current ??= from + steps;
    return end.current;
  };
  const enough = () => (until === "never" ? 2 : Number(until));
  const rate = () => (speed === "full" ? Number.POSITIVE_INFINITY : Number(speed));
  const classes = run.data?.classes ?? (isFetched(spec.data) ? 10 : 2);
  const points = useMemo<readonly LabelledPoint[]>(
    () => (spec.data === "points" ? spec.points : (trainer?.data.points ?? [])),
    [spec, trainer],
  );

  return (
    <>
      <Heading texts={t} />
      <div class="columns">
        <form class="stack" onSubmit={(event) => event.preventDefault()}>
          <section class="card">
            <Select
              label={t.presets}
              value={preset}
              options={{
                "": t.choosePreset,
                ...Object.fromEntries(Object.entries(t.presetTexts).map(([key, { name }]) => [key, name])),
              }}
              onChange={(key) => {
                setPreset(key);
                const chosen = presets[key];
                if (!chosen) return;
                run.pause();
                change(chosen);
                setSteps(key === "book" ? 6000 : key === "convolution" ? 600 : 2000);
              }}
            />
            {preset !== "" && <p class="quiet">{t.presetTexts[preset]?.comment}</p>}
          </section>
          <DataFields
            t={t}
            state={state}
            run={run}
            mayFetch={mayFetch}
            onSpec={changeSpec}
            onFetch={() => {
              if (mayFetch) run.restart();
              else setWanted([...wanted, spec.data]);
            }}
            onOwn={(kind, data) => {
              // What was trained on others is void; the first may be those that the address's run was of.
              if (own[kind]) changeSpec({});
              setOwn({ ...own, [kind]: data });
            }}
            onNames={setOwnNames}
          />
          <section class="card">
            <h2>{t.network}</h2>
            <Builder
              t={t}
              kinds={kinds?.layers ?? ["dense", "relu", "sigmoid", "tanh"]}
              hidden={spec.hidden}
              classes={classes}
              onChange={(hidden) => changeSpec({ hidden })}
            />
            {isOfImages(spec.data) && <p class="quiet">{t.shapes}</p>}
            <Problem run={run} of="network" />
            <div class="pair">
              <Select
                label={t.initial}
                value={spec.initial}
                options={t.initials}
                onChange={(initial) => changeSpec({ initial })}
              />
              <NumberField
                label={t.seed}
                value={spec.seed}
                min={0}
                step={1}
                onChange={(seed) => changeSpec({ seed })}
              />
            </div>
          </section>
          <section class="card">
            <h2>{t.training}</h2>
            <div class="pair">
              <OptimizerFields
                t={t}
                kinds={kinds?.optimizers ?? optimizers}
                value={setting.optimizer}
                steps={steps}
                onChange={(optimizer) => changeSetting({ optimizer })}
              />
              <NumberField
                label={t.batch}
                value={setting.batchSize}
                min={1}
                max={MOST_BATCH}
                step={1}
                onChange={(batchSize) => changeSetting({ batchSize })}
              />
              <Select label={t.speed} value={speed} options={t.speeds} onChange={setSpeed} />
              <NumberField label={t.stopAt} value={steps} min={1} max={1e6} step={1} onChange={setSteps} />
              <Select
                label={t.until}
                value={until}
                options={
                  {
                    never: t.never,
                    ...Object.fromEntries(
                      shares.map((share) => [share, `${Math.round(100 * Number(share))} %`]),
                    ),
                  } as Readonly<Record<Until, string>>
                }
                onChange={setUntil}
              />
            </div>
          </section>
        </form>
        <Results
          t={t}
          run={run}
          spec={spec}
          setting={setting}
          points={points}
          label={label}
          ownNames={ownNames}
          onLabel={setLabel}
          onPoints={(next) => changeSpec({ points: next })}
          onTrain={train}
          onReset={() => {
            changeSpec({});
            run.restart();
          }}
        />
      </div>
    </>
  );
}
