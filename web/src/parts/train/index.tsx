import "./engine-file.ts";
import type { Kinds, LayerDescription } from "kobai/worker";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { numberOf, readAddress, useChoice, writeAddress } from "../../shared/address.ts";
import { NumberField, Select } from "../../shared/fields.tsx";
import { Heading } from "../../shared/heading.tsx";
import { lazy } from "../../shared/lazy.tsx";
import { trainingWorker } from "../../shared/worker.ts";
import { Builder } from "./builder.tsx";
import type { Prepared } from "./data.ts";
import { DataFields } from "./data-fields.tsx";
import { type DataKind, isFetched, isOfImages, type LabelledPoint } from "./data-kinds.ts";
import { OptimizerFields } from "./optimizer-fields.tsx";
import { presets } from "./presets.ts";
import { Problem } from "./problem.tsx";
import { Results } from "./results.tsx";
import { dropoutOf, goesOn, type Spec, type State, stepsOf, withDropout } from "./spec.ts";
import { fromParams, MOST_BATCH, stepsRefused, toParams } from "./state-address.ts";
import { type TrainText, useText } from "./text.ts";
import { useRun } from "./use-run.ts";

const Note = lazy(() => import("./note.tsx"));

const optimizers = ["sgd", "momentum", "adaGrad", "adam"] as const;

/** Shares of the test set that may be enough. */
const shares = ["0.9", "0.95", "0.97", "0.98", "0.99", "1"] as const;
type Until = (typeof shares)[number] | "never";
/** Steps a second. */
const speeds = ["full", "20", "3"] as const;
/** After how many steps it stops, and after how many at most. */
const [USUAL_STEPS, MOST_STEPS] = [2000, 1e6];

export default function Part() {
  const t = useText();
  return t ? <Train t={t} /> : <p aria-busy="true" />;
}

function Train({ t }: { readonly t: TrainText }) {
  const [state, setState] = useState<State>(() => fromParams(readAddress().params));
  const [preset, setPreset] = useState("");
  const [refused] = useState(() => stepsRefused(readAddress().params));
  const [steps, keepSteps] = useState(() =>
    Math.round(numberOf(readAddress().params, "stop", USUAL_STEPS, [1, MOST_STEPS])),
  );
  const [until, setUntil] = useChoice<Until>("until", ["never", ...shares]);
  /** the step that training ends at, once it has begun */
  const end = useRef<number | undefined>(undefined);
  const [speed, setSpeed] = useChoice("speed", speeds);
  const [own, setOwn] = useState<Readonly<Record<string, Prepared | undefined>>>({});
  const [ownNames, setOwnNames] = useState<readonly string[]>([]);
  /** what was asked for of what is fetched */
  const [wanted, setWanted] = useState<readonly DataKind[]>([]);
  const [label, setLabel] = useState(0);
  const [kinds, setKinds] = useState<Kinds>();
  const { spec, setting } = state;
  const hidden = withDropout(spec.hidden, setting.dropout);
  const mayFetch = wanted.includes(spec.data);
  const run = useRun(state, own[state.spec.data], mayFetch);
  const { trainer, isRunning } = run;

  useEffect(() => {
    trainingWorker().then(
      ({ kinds }) => setKinds(kinds),
      () => {},
    );
  }, []);

  const setSteps = (next: number) => {
    keepSteps(next);
    writeAddress({ stop: next === USUAL_STEPS ? undefined : String(next) });
  };
  const change = (next: State) => {
    setState(next);
    writeAddress(toParams(next));
  };
  /** Another run: nothing of this one is left. */
  const changeSpec = (part: Partial<Spec>) => {
    run.pause();
    change({
      ...state,
      spec: { ...spec, hidden, ...part },
      setting: { ...setting, dropout: undefined },
      log: [],
      at: undefined,
    });
  };
  /** What may change while it runs: the run goes on with it from where it stands. */
  const changeSetting = (part: Partial<State["setting"]>) => {
    const next = { ...setting, ...part };
    const wasRunning = isRunning;
    run.pause();
    change({ ...state, setting: next, ...(trainer && { at: undefined, ...trainer.shared }) });
    if (wasRunning) run.train(next, endOf, enough(), rate());
  };
  /** How much is dropped may change while it runs. */
  const changeLayers = (next: readonly LayerDescription[]) => {
    const isSame = JSON.stringify(withDropout(next, dropoutOf(hidden))) === JSON.stringify(hidden);
    if (isSame && trainer && trainer.step + trainer.total > 0) changeSetting({ dropout: dropoutOf(next) });
    else changeSpec({ hidden: next });
  };
  /** From where the optimizer began to where training ends: what a schedule counts. */
  const scheduleSteps = () => {
    const { log = [] } = trainer?.shared ?? {};
    const others = log.findLastIndex(({ optimizer }) => !goesOn(optimizer, setting.optimizer));
    const to = isRunning ? end.current : undefined;
    return (to ?? stepsOf(log) + steps) - stepsOf(log.slice(0, others + 1));
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
                ...t.presetNames,
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
            {preset !== "" && (
              <div class="quiet">
                <Note of={preset} />
              </div>
            )}
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
            onCancel={() => setWanted(wanted.filter((kind) => kind !== spec.data))}
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
              hidden={hidden}
              classes={classes}
              onChange={changeLayers}
            />
            {isOfImages(spec.data) && (
              <div class="quiet">
                <Note of="shapes" />
              </div>
            )}
            <Problem t={t} run={run} of="network" />
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
          </section>
          <section class="card">
            <h2>{t.training}</h2>
            <div class="pair">
              <OptimizerFields
                t={t}
                kinds={kinds?.optimizers ?? optimizers}
                courses={kinds?.schedules.filter((kind) => kind !== "plateau") ?? []}
                value={setting.optimizer}
                steps={scheduleSteps}
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
              <NumberField
                label={t.stopAt}
                value={steps}
                min={1}
                max={MOST_STEPS}
                step={1}
                onChange={setSteps}
              />
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
          refused={refused}
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
