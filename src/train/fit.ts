import { Status } from "../../assembly/blocks.ts";
import { NotFiniteError, StateError } from "../errors.ts";
import { updateOf } from "../nn/optimizers/optimizer.ts";
import { runOnce } from "../runtime/instructions.ts";
import type { Disposable } from "../runtime/resources.ts";
import { Slicer } from "../runtime/slices.ts";
import { Audience } from "./callbacks/audience.ts";
import type { Callback, FitRun } from "./callbacks/callback.ts";
import { classNamesOf } from "./class-names.ts";
import { type Core, setStep } from "./core.ts";
import { continued, digestOf } from "./epochs.ts";
import { checkMeasurable, type Evaluation, measuredTerms } from "./evaluate.ts";
import type { FitOptions } from "./fit-options.ts";
import { type EvaluationRecord, type History, newHistory, type Progress, record } from "./history.ts";
import { checkStep } from "./lost-step.ts";
import type { Steps } from "./parts.ts";
import { type Decided, Prepared } from "./prepared.ts";
import { drawing } from "./programs.ts";
import { type Schedule, schedule } from "./schedule.ts";
import type { FitContext, TrainingState } from "./training-state.ts";

/** Trains; see Network.fit. All that the caller has given is checked, and taken, before anything is waited for. */
export async function fit(
  core: Core,
  state: TrainingState,
  data: unknown,
  given: FitOptions,
  context: FitContext,
): Promise<History> {
  const plan = schedule(core.face, data, given, state.step);
  const { options, objective } = plan;
  const { classNames: names } = plan.data;
  const classNames = names === undefined ? state.classNames : classNamesOf("fit", core, names);
  const metrics = measuredTerms("fit: evaluate.metrics", core, objective, options.evaluate?.metrics);
  for (const { call, data } of Object.values(plan.evaluated)) {
    checkMeasurable(call, core, objective, metrics, data);
  }
  const update = updateOf("fit", options.optimizer, core.parameters.layout, core.dtype);
  const slots = context.slotsFor(update);
  let session: Session | undefined;
  try {
    session = new Session(core, state, context, { plan, metrics, update, slots });
    await context.drawn(options.signal);
    if (plan.by !== "backprop") checkStep("fit", core, plan.by.h);
  } catch (error) {
    session?.dispose();
    if (slots !== state.slots) slots.dispose();
    throw error;
  }
  context.keepSlots(slots, options.optimizer);
  state.objective = objective;
  state.scales = plan.data.scales;
  state.classNames = classNames;
  try {
    return await session.run();
  } finally {
    session.dispose();
  }
}

/** One fit, step by step. */
class Session implements Disposable {
  readonly #core: Core;
  readonly #state: TrainingState;
  readonly #context: FitContext;
  readonly #options: FitOptions;
  readonly #schedule: Schedule;
  readonly #prepared: Prepared;
  readonly #audience: Audience;
  readonly #history: History;
  #lastLoss = Number.NaN;
  /** the samples' digest */
  readonly #samples: number;
  /** where it ends: before all steps are done, where a callback says so */
  #end: number;

  constructor(core: Core, state: TrainingState, context: FitContext, decided: Decided) {
    const { plan } = decided;
    const { options, steps } = plan;
    this.#core = core;
    this.#state = state;
    this.#context = context;
    this.#options = options;
    this.#schedule = plan;
    this.#samples = digestOf(plan.data.x);
    this.#end = steps;
    const history = newHistory(plan.stepsPerEpoch, options.from ?? 0);
    const rate = () => this.#rate;
    const run: FitRun = {
      net: context.net,
      optimizer: options.optimizer,
      get lr() {
        return rate();
      },
      signal: options.signal,
      steps,
      history,
      evaluated: Object.keys(plan.evaluated),
      stop: () => {
        this.#end = history.steps;
      },
    };
    this.#history = history;
    this.#audience = new Audience(options as Callback & FitOptions, run, () => this.#checkAlive());
    this.#prepared = new Prepared(core, context, decided);
  }

  async run(): Promise<History> {
    const history = this.#history;
    const start = performance.now();
    const end = async (how: History["ended"]) => {
      history.ended = how;
      history.seconds = (performance.now() - start) / 1000;
      await this.#audience.tell("onEnd");
    };
    try {
      this.#checkAlive();
      if (history.from === 0) this.#state.evaluated = this.#state.remembered = undefined;
      await this.#audience.tell("onStart");
      const isWhole = await this.#train(new Slicer());
      await end(isWhole ? (history.steps < this.#schedule.steps ? "stopped" : "completed") : "aborted");
    } catch (error) {
      if (error instanceof NotFiniteError) error.history = history;
      // Whatever goes wrong here, too, what came first is what is told.
      if (history.ended === "running") await end("failed").catch(() => {});
      history.ended = "failed";
      throw error;
    }
    return history;
  }

  /** @returns false where it was aborted */
  async #train(slicer: Slicer): Promise<boolean> {
    const history = this.#history;
    const { stepsPerEpoch, every } = this.#schedule;
    const { signal, from = 0 } = this.#options;
    const { programs, run } = this.#prepared;
    // After how many steps something is due.
    const periods = [every, ...this.#audience.periods(stepsPerEpoch)];
    this.#beginEpochs();
    let trained = 0;
    // Where a run goes on, that was mostly measured before it was cut.
    const isMeasured = from > 0 && (from % every !== 0 || this.#state.evaluated === from);
    let isWhole = !signal?.aborted && (isMeasured || (await this.#evaluate()));
    while (isWhole && history.steps < this.#end) {
      const { steps } = history;
      const inEpoch = this.#state.epochs.place % stepsPerEpoch;
      const [full, rest] = programs;
      const last = rest !== undefined && inEpoch === stepsPerEpoch - 1;
      const untilRest = rest === undefined ? this.#end : stepsPerEpoch - 1 - inEpoch;
      const untilDue = periods.map((period) => period - (steps % period));
      const most = Math.min(this.#end - steps, run.capacity, last ? 1 : untilRest, ...untilDue);
      const count = last ? 1 : slicer.next(most);
      const program = last ? rest : full;
      const milliseconds = this.#call(program, count, slicer);
      // None, where it is within a step.
      const done = history.steps - steps;
      if (!last) slicer.took(done, milliseconds);
      trained += milliseconds;
      // Calls may be short, where epochs are: then several of them make up a slice.
      if (slicer.over || history.steps === this.#end) {
        await this.#audience.tell("onProgress", this.#progress(program.share ?? 0, trained));
        await slicer.breathe();
        this.#checkAlive();
      }
      const isDue = (period: number) => done > 0 && history.steps % period === 0;
      if (periods.some(isDue)) this.#checkParameters();
      const measured = isDue(every) ? await this.#measure() : undefined;
      await this.#audience.tellOfStep(measured, isDue, stepsPerEpoch);
      isWhole = (measured !== undefined || !isDue(every)) && !(signal?.aborted && history.steps < this.#end);
    }
    this.#checkParameters();
    return isWhole && (history.evaluations.at(-1)?.step === history.steps || this.#evaluate());
  }

  /** Runs `count` steps, or fewer of those that run in parts, and takes down their losses; the wall time. */
  #call(program: Steps, count: number, slicer: Slicer): number {
    const history = this.#history;
    const state = this.#state;
    const { run, check } = this.#prepared;
    const first = state.step;
    const ready = run.begin(first, count, state.given, state.schedule);
    this.#checkAlive();
    const start = performance.now();
    const status = program.run(ready, slicer);
    const milliseconds = performance.now() - start;
    const done = run.step - first;
    const losses = run.losses(ready);
    record(history, losses, done);
    if (done > 0) this.#lastLoss = losses[done - 1]!;
    history.steps += done;
    state.step += done;
    state.given += done;
    if (this.#schedule.sampling === "shuffle") state.epochs.place += done;
    if (status === Status.lossNotFinite) {
      throw new NotFiniteError(history.steps + 1, losses[done]!, this.#rate, check.areFinite());
    }
    return milliseconds;
  }

  /** The learning rate. */
  get #rate(): number {
    return this.#prepared.run.rate(this.#state.given, this.#state.schedule);
  }

  /** An update may overflow in the last step as in any other, and then no loss shows it. */
  #checkParameters(): void {
    if (!this.#prepared.check.areFinite()) {
      throw new NotFiniteError(this.#history.steps, this.#lastLoss, this.#rate, false);
    }
  }

  /**
   * Goes on in the sequence of epochs where the last fit was one of the same samples, in batches of the same size with the same seed; else
   * begins with a new one. A run that goes on in the middle of an epoch needs the order that the epoch began with.
   */
  #beginEpochs(): void {
    const { run, spec } = this.#prepared;
    const { sampling, stepsPerEpoch, batchSize, data } = this.#schedule;
    const { step } = this.#state;
    const { seed = this.#context.seed } = this.#options;
    if (sampling !== "shuffle") {
      this.#state.epochs = { ...this.#state.epochs, of: undefined };
      return;
    }
    this.#state.epochs = continued(this.#state.epochs, { of: this.#samples, batchSize, stepsPerEpoch, seed });
    const { place, first } = this.#state.epochs;
    run.align(step, place, first);
    const inEpoch = place % stepsPerEpoch;
    if (inEpoch === 0) return;
    setStep(this.#core.engine, run.address, step - inEpoch);
    runOnce(this.#core.engine, drawing(data.n, spec));
  }

  /** Measures, where that was asked for, and tells what was found. @returns false where it was aborted */
  async #evaluate(): Promise<boolean> {
    if (!this.#options.evaluate) return true;
    const measured = await this.#measure();
    if (measured) await this.#audience.tell("onEvaluate", measured);
    return measured !== undefined;
  }

  /** @returns undefined where it was aborted */
  async #measure(): Promise<EvaluationRecord | undefined> {
    const history = this.#history;
    const results: Record<string, Evaluation> = {};
    for (const [name, evaluator] of Object.entries(this.#prepared.evaluators)) {
      const result = await evaluator.evaluate(this.#options.signal);
      this.#checkAlive();
      if (!result) return undefined;
      results[name] = result as Evaluation;
    }
    const record = { step: history.steps, epoch: history.steps / this.#schedule.stepsPerEpoch, results };
    history.evaluations.push(record);
    // A run that was cut behind its last step is measured at its end once more.
    const isNew = this.#state.evaluated !== history.steps;
    const { lr } = this.#options.optimizer;
    // Those of a fit's beginning and end would not be there in a longer one.
    if (
      typeof lr === "function" &&
      isNew &&
      history.steps > 0 &&
      history.steps % this.#schedule.every === 0
    ) {
      this.#state.schedule = lr.next?.(this.#state.schedule, record);
    }
    this.#state.evaluated = history.steps;
    return record;
  }

  /** @param share what has been done of a step under way */
  #progress(share: number, trainedMs: number): Progress {
    const { steps: step, from } = this.#history;
    const { steps } = this.#schedule;
    const stepsPerSecond = (step - from + share) / Math.max(trainedMs / 1000, 1e-6);
    return {
      step,
      steps,
      loss: this.#lastLoss,
      stepsPerSecond,
      secondsLeft: (steps - step - share) / stepsPerSecond,
    };
  }

  /** Whatever runs between two calls into wasm may have disposed of the network. */
  #checkAlive(): void {
    if (!this.#context.alive())
      throw new StateError("fit: the network was disposed of while it was training");
  }

  dispose(): void {
    this.#prepared.dispose();
  }
}
