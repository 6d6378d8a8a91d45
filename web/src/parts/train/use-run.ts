// The run behind the page: made of its state, and made anew where that says so.

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { writeAddress } from "../../shared/address.ts";
import { trainingWorker } from "../../shared/worker.ts";
import { images, isLarge, type Prepared, pointsOf, prepared, shaped } from "./data.ts";
import { isFetched } from "./data-kinds.ts";
import { firstSamples, type Look, look, type Samples } from "./look.ts";
import { type Setting, type Spec, type State, takesImages } from "./spec.ts";
import { toParams } from "./state-address.ts";
import { type EndOf, Trainer } from "./trainer.ts";

/** How often numbers and curves are drawn anew while it trains, in milliseconds. */
const DRAW_MS = 100;
/** How often the page looks at the network while it trains, in milliseconds. */
const LOOK_MS = 150;
/** How often the address is written while it trains, in milliseconds. */
const ADDRESS_MS = 1000;

/** What may fail. */
export type Stage = "data" | "network" | "training" | "weights";

export interface RunProblem {
  readonly of: Stage;
  readonly error: unknown;
}

export interface Run {
  readonly trainer: Trainer | undefined;
  /** what is trained on, once it is there */
  readonly data: Prepared | undefined;
  readonly look: Look | undefined;
  readonly hash: string | undefined;
  readonly isRunning: boolean;
  /** whether it is on its way to another step */
  readonly isSeeking: boolean;
  readonly problem: RunProblem | undefined;
  /** Trains to a step, at most so many a second. */
  train(setting: Setting, endOf: EndOf, until: number, perSecond: number): void;
  pause(): void;
  seek(step: number): void;
  /** Ends the way to a step where it has come. */
  halt(): void;
  /** Begins anew, as the state says. */
  restart(): void;
  /** Loads weights. @returns whether they fit */
  load(bytes: ArrayBuffer): Promise<boolean>;
  /** The weights as a file; undefined where they cannot be had. */
  weights(): Promise<Uint8Array<ArrayBuffer> | undefined>;
}

/** Something that was asked for: what is asked for next has the last word on what the page shows. */
interface Asked {
  isPaused: boolean;
}

/** What to train on, if it is there. @param own what the user gave, where that is no points @param mayFetch whether to fetch it */
async function dataOf(
  { data, noise, points }: Spec,
  own: Prepared | undefined,
  mayFetch: boolean,
): Promise<Prepared | undefined> {
  if (data === "csv" || data === "drawings") return own;
  if (isFetched(data)) return mayFetch ? images(data) : undefined;
  if (data !== "points") return prepared(pointsOf(data, noise));
  return points.length > 1 ? prepared(points) : undefined;
}

export function useRun(state: State, own: Prepared | undefined, mayFetch: boolean): Run {
  const { spec, log, at } = state;
  // A run may end when the state is another than when it began.
  const latest = useRef(state);
  latest.current = state;
  const [trainer, setTrainer] = useState<Trainer>();
  const [known, setKnown] = useState<Prepared>();
  const [seen, setSeen] = useState<Look>();
  const [hash, setHash] = useState<string>();
  const [doing, setDoing] = useState<"training" | "seeking">();
  const [problem, setProblem] = useState<Run["problem"]>();
  const [, setTick] = useState(0);
  const [starts, setStarts] = useState(0);
  const samples = useRef<Samples | undefined>(undefined);
  const looking = useRef({ busy: false, last: 0 });
  const current = useRef<Trainer | undefined>(undefined);
  const asked = useRef<Asked>({ isPaused: false });

  const fail = (of: Stage, error: unknown) => setProblem({ of, error });

  /** Looks at the network; the last look of a run is never left out. */
  const refresh = async (of: Trainer, isLast = false) => {
    const { busy, last } = looking.current;
    const now = performance.now();
    if (!samples.current || (!isLast && (busy || now - last < (isLarge(of.data) ? 8 : 1) * LOOK_MS))) return;
    looking.current = { busy: true, last: now };
    try {
      const found = await look(of, samples.current);
      if (current.current === of) setSeen(found);
    } catch (error) {
      // The network may have been replaced meanwhile; what is the matter with it, its last word says.
      if (current.current === of && isLast) throw error;
    } finally {
      looking.current.busy = false;
    }
  };

  /** Does what is asked for, and shows what came of it, unless something else was asked for meanwhile. */
  const ask = async (
    of: Trainer,
    what: "training" | "seeking",
    work: (mine: Asked) => Promise<unknown>,
    stage: Stage = "training",
  ) => {
    const mine: Asked = { isPaused: false };
    asked.current = mine;
    const isLast = () => asked.current === mine && current.current === of;
    setDoing(what);
    setProblem(undefined);
    setHash(undefined);
    let isDone = true;
    try {
      await work(mine);
    } catch (error) {
      isDone = false;
      if (isLast()) fail(stage, error);
    }
    try {
      if (!isLast()) return false;
      writeAddress(toParams({ ...latest.current, at: undefined, ...of.shared }));
      await refresh(of, true);
      const found = await of.net.sha256();
      if (!isLast()) return false;
      setTick((tick) => tick + 1);
      setHash(found);
    } catch (error) {
      if (isLast() && isDone) fail("training", error);
      isDone = false;
    } finally {
      if (isLast()) setDoing(undefined);
    }
    return isDone;
  };

  // Before anything else can be pressed: what belongs to another state is gone as soon as the state is.
  useLayoutEffect(() => {
    let gone = false;
    let made: Trainer | undefined;
    let stage: Stage = "data";
    const start = async () => {
      const found = await dataOf(spec, own, mayFetch);
      if (!found || gone) return;
      setKnown(found);
      const data = found.images ? shaped(found, takesImages(spec)) : found;
      samples.current = firstSamples(data.train);
      const worker = await trainingWorker();
      stage = "network";
      let [drawn, written] = [0, performance.now()];
      const changed = () => {
        const now = performance.now();
        if (!made || current.current !== made || now - drawn < DRAW_MS) return;
        drawn = now;
        setTick((tick) => tick + 1);
        void refresh(made);
        if (made.journey || now - written < ADDRESS_MS) return;
        written = now;
        writeAddress(toParams({ ...latest.current, at: undefined, ...made.shared }));
      };
      made = await Trainer.make(worker, spec, log, data, { changed });
      if (gone) {
        await made.dispose();
        return;
      }
      current.current = made;
      setTrainer(made);
      // An address leads to where its run had come.
      const to = at ?? made.total;
      await ask(made, "seeking", async () => {
        if (to > 0) await made?.seek(to);
      });
    };
    setTrainer(undefined);
    setKnown(undefined);
    setSeen(undefined);
    setHash(undefined);
    setProblem(undefined);
    setDoing(undefined);
    start().catch((error: unknown) => {
      const isCancelled = (error as Error | undefined)?.name === "AbortError";
      if (!gone && !isCancelled) fail(stage, error);
    });
    return () => {
      gone = true;
      current.current = undefined;
      void made?.dispose();
    };
    // `log` and `at` are what the address had; what is trained later belongs to the trainer.
  }, [JSON.stringify(spec), own, mayFetch, starts]);

  return {
    trainer,
    data: known,
    look: seen,
    hash,
    isRunning: doing === "training",
    isSeeking: doing === "seeking",
    problem,
    train(setting, endOf, until, perSecond) {
      const of = current.current;
      if (!of) return;
      void ask(of, "training", async (mine) => {
        if (!Number.isFinite(perSecond)) return of.run(setting, endOf, until);
        let to = Number.POSITIVE_INFINITY;
        const oneStep = (from: number) => {
          to = endOf(from);
          return Math.min(to, from + 1);
        };
        const isMine = () => !mine.isPaused && mine === asked.current && current.current === of;
        const isEnough = () => of.measured.some(({ step, test }) => step === of.step && test >= until);
        while (isMine() && of.step < to) {
          await of.run(setting, oneStep, until);
          if (isEnough()) break;
          await refresh(of, true);
          await new Promise((resolve) => setTimeout(resolve, 1000 / perSecond));
        }
      });
    },
    pause() {
      asked.current.isPaused = true;
      current.current?.stop();
      setDoing((what) => (what === "training" ? undefined : what));
    },
    seek(step) {
      const of = current.current;
      if (of) void ask(of, "seeking", () => of.seek(step));
    },
    halt() {
      current.current?.halt();
    },
    restart() {
      setStarts(starts + 1);
    },
    async load(bytes) {
      const of = current.current;
      return of !== undefined && ask(of, "seeking", () => of.load(bytes), "weights");
    },
    async weights() {
      try {
        return await current.current?.net.save();
      } catch (error) {
        fail("weights", error);
        return undefined;
      }
    },
  };
}
