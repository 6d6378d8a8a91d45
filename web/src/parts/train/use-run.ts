// The run behind the page: made of its state, and made anew where that says so.

import { useEffect, useRef, useState } from "preact/hooks";
import { writeAddress } from "../../shared/address.ts";
import { trainingWorker } from "../../shared/worker.ts";
import { images, isFetched, isLarge, type Prepared, pointsOf, prepared, shaped } from "./data.ts";
import { firstSamples, type Look, look, type Samples } from "./look.ts";
import { type Setting, type Spec, type State, takesImages, toParams } from "./spec.ts";
import { Trainer } from "./trainer.ts";

/** How often numbers and curves are drawn anew while it trains, in milliseconds. */
const DRAW_MS = 100;
/** How often the page looks at the network while it trains, in milliseconds. */
const LOOK_MS = 150;

export interface Run {
  readonly trainer: Trainer | undefined;
  /** what is trained on, once it is there */
  readonly data: Prepared | undefined;
  readonly look: Look | undefined;
  readonly hash: string | undefined;
  readonly isRunning: boolean;
  readonly problem: string | undefined;
  /** Trains to a step, at most so many a second. */
  train(setting: Setting, to: number, until: number, perSecond: number): void;
  pause(): void;
  seek(step: number): void;
  /** Begins anew, as the state says. */
  restart(): void;
  load(bytes: ArrayBuffer): Promise<void>;
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
  const { spec, log } = state;
  // A run may end when the state is another than when it began.
  const latest = useRef(state);
  latest.current = state;
  const [trainer, setTrainer] = useState<Trainer>();
  const [known, setKnown] = useState<Prepared>();
  const [seen, setSeen] = useState<Look>();
  const [hash, setHash] = useState<string>();
  const [isRunning, setRunning] = useState(false);
  const [problem, setProblem] = useState<string>();
  const [, setTick] = useState(0);
  const [starts, setStarts] = useState(0);
  const samples = useRef<Samples | undefined>(undefined);
  const looking = useRef({ busy: false, last: 0 });
  const current = useRef<Trainer | undefined>(undefined);
  const asked = useRef(0);

  const fail = (error: unknown) => setProblem(error instanceof Error ? error.message : String(error));

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
      // The network may have been replaced meanwhile.
      if (current.current === of && isLast) fail(error);
    } finally {
      looking.current.busy = false;
    }
  };

  const settle = async (of: Trainer) => {
    await refresh(of, true);
    const found = await of.net.sha256();
    if (current.current !== of) return;
    setTick((tick) => tick + 1);
    setHash(found);
    writeAddress(toParams({ ...latest.current, log: of.shared }));
  };

  useEffect(() => {
    let gone = false;
    let made: Trainer | undefined;
    const start = async () => {
      const found = await dataOf(spec, own, mayFetch);
      if (!found || gone) return;
      setKnown(found);
      const data = found.images ? shaped(found, takesImages(spec)) : found;
      samples.current = firstSamples(data.train);
      const worker = await trainingWorker();
      let drawn = 0;
      const changed = () => {
        const now = performance.now();
        if (!made || current.current !== made || now - drawn < DRAW_MS) return;
        drawn = now;
        setTick((tick) => tick + 1);
        void refresh(made);
      };
      made = await Trainer.make(worker, spec, log, data, { changed });
      if (gone) {
        await made.dispose();
        return;
      }
      current.current = made;
      setTrainer(made);
      // An address leads to where its run had come.
      if (log.length > 0) await made.seek(made.total);
      await settle(made);
    };
    setTrainer(undefined);
    setKnown(undefined);
    setSeen(undefined);
    setHash(undefined);
    setProblem(undefined);
    start().catch(fail);
    return () => {
      gone = true;
      current.current = undefined;
      void made?.dispose();
    };
    // `log` is what the address had; what is trained later belongs to the trainer.
  }, [JSON.stringify(spec), own, mayFetch, starts]);

  return {
    trainer,
    data: known,
    look: seen,
    hash,
    isRunning,
    problem,
    train(setting, to, until, perSecond) {
      const of = current.current;
      if (!of) return;
      const mine = ++asked.current;
      const isMine = () => mine === asked.current && current.current === of;
      setRunning(true);
      setProblem(undefined);
      setHash(undefined);
      const go = async () => {
        if (!Number.isFinite(perSecond)) return of.run(setting, to, until);
        const isEnough = () => of.measured.some(({ step, test }) => step === of.step && test >= until);
        while (of.step < to && isMine() && !isEnough()) {
          await of.run(setting, of.step + 1, until);
          await refresh(of, true);
          await new Promise((resolve) => setTimeout(resolve, 1000 / perSecond));
        }
      };
      go()
        .catch(fail)
        .then(() => settle(of))
        .catch(fail)
        .finally(() => {
          if (mine === asked.current) setRunning(false);
        });
    },
    pause() {
      asked.current++;
      current.current?.stop();
      setRunning(false);
    },
    seek(step) {
      const of = current.current;
      if (!of) return;
      asked.current++;
      setRunning(false);
      setHash(undefined);
      of.seek(step)
        .then((isLatest) => (isLatest ? settle(of) : undefined))
        .catch(fail);
    },
    restart() {
      setStarts(starts + 1);
    },
    async load(bytes) {
      const of = current.current;
      if (!of) return;
      try {
        await of.load(bytes);
        setProblem(undefined);
        await settle(of);
      } catch (error) {
        fail(error);
        throw error;
      }
    },
  };
}
