import { Status } from "../../assembly/blocks.ts";
import { NotFiniteError, StateError } from "../errors.ts";
import { updateOf } from "../nn/optimizers/optimizer.ts";
import { runOnce } from "../runtime/instructions.ts";
import { Slicer } from "../runtime/slices.ts";
import { audience } from "./callbacks/audience.ts";
import type { Callback, FitRun } from "./callbacks/callback.ts";
import { classNamesOf } from "./class-names.ts";
import { type Core, setStep } from "./core.ts";
import { continued } from "./epochs.ts";
import { checkMeasurable, type Evaluation, measuredTerms } from "./evaluate.ts";
import type { FitOptions } from "./fit-options.ts";
import { type EvaluationRecord, type History, newHistory, record } from "./history.ts";
import { checkStep } from "./lost-step.ts";
import type { Steps } from "./parts.ts";
import { type Prepared, prepare } from "./prepared.ts";
import { drawing } from "./programs.ts";
import { type Schedule, schedule } from "./schedule.ts";
import type { FitContext, Run, TrainingState } from "./training-state.ts";
import type { Evaluated } from "./watched.ts";

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
  const { from = 0, optimizer } = options;
  const evaluated: Evaluated = {
    evaluated: Object.keys(plan.evaluated),
    metrics: core.face.byTerm(
      metrics.map((own) => own.map(({ name }) => name)),
      objective,
    ) as Evaluated["metrics"],
  };
  if (typeof optimizer.lr === "function") optimizer.lr.check?.(evaluated);
  const update = updateOf("fit", optimizer, core.parameters.layout, core.dtype);
  const slots = context.slotsFor(update, from > 0);
  let prepared: Prepared | undefined;
  let run: Run;
  try {
    prepared = prepare(core, context, { plan, metrics, update, slots });
    run = runOf(plan, prepared, state.step - from);
    if (from > 0) state.checkResumed?.(from, run);
    await context.drawn(options.signal);
    if (plan.by !== "backprop") checkStep("fit", core, plan.by.h);
  } catch (error) {
    prepared?.dispose();
    if (slots !== state.slots) slots.dispose();
    throw error;
  }
  context.keepSlots(slots, update);
  state.run = run;
  state.objective = objective;
  state.scales = plan.data.scales;
  state.classNames = classNames;
  try {
    return await train(core, state, context, plan, prepared, evaluated);
  } finally {
    prepared.dispose();
  }
}

function runOf(
  { options, data: { scales }, evaluated: _, ...plan }: Schedule,
  { seed, samples, targets }: Prepared,
  start: number,
): Run {
  const { optimizer } = options;
  // Without what would keep data sets in memory.
  const weights = plan.weights.map((each) => each?.description);
  return { ...plan, start, seed, samples, targets, scales, optimizer: { ...optimizer }, weights };
}

/** One fit, step by step. */
async function train(
  core: Core,
  state: TrainingState,
  { net, alive }: FitContext,
  plan: Schedule,
  prepared: Prepared,
  evaluated: Evaluated,
): Promise<History> {
  const { run, programs, check, evaluators } = prepared;
  const { options, stepsPerEpoch, every, steps: whole } = plan;
  const { optimizer, signal, from = 0 } = options;
  const history = newHistory(stepsPerEpoch, from);
  /** where it ends: before all steps are done, where a callback says so */
  let end = whole;
  let lastLoss = Number.NaN;
  /** milliseconds without what is done between steps */
  let trained = 0;

  const rate = () => run.rate(state.given, state.schedule);
  const seen: FitRun = {
    net,
    optimizer,
    get lr() {
      return rate();
    },
    signal,
    steps: whole,
    history,
    ...evaluated,
    stop() {
      end = history.steps;
    },
  };

  /** Whatever runs between two calls into wasm may have disposed of the network. */
  const checkAlive = () => {
    if (!alive()) throw new StateError("fit: the network was disposed of while it was training");
  };
  const told = audience(options as Callback & FitOptions, seen, checkAlive);

  /** An update may overflow in the last step as in any other, and then no loss shows it. */
  const checkParameters = () => {
    if (!check.areFinite()) throw new NotFiniteError(history.steps, lastLoss, rate(), false);
  };

  /** @returns undefined where it was aborted */
  const measure = async (): Promise<EvaluationRecord | undefined> => {
    const { steps: step } = history;
    const results: Record<string, Evaluation> = {};
    for (const [name, evaluator] of Object.entries(evaluators)) {
      const result = await evaluator.evaluate(signal);
      checkAlive();
      if (!result) return undefined;
      results[name] = result as Evaluation;
    }
    const measured = { step, epoch: step / stepsPerEpoch, results };
    history.evaluations.push(measured);
    // A run that was cut behind its last step is measured at its end once more.
    const isNew = state.evaluated !== step;
    const { lr } = optimizer;
    // Those of a fit's beginning and end would not be there in a longer one.
    if (typeof lr === "function" && isNew && step > 0 && step % every === 0) {
      state.schedule = lr.next?.(state.schedule, measured);
    }
    state.evaluated = step;
    return measured;
  };

  /** Measures, where that was asked for, and tells what was found. @returns false where it was aborted */
  const evaluate = async (): Promise<boolean> => {
    if (!options.evaluate) return true;
    const measured = await measure();
    if (measured) await told.tell("onEvaluate", measured);
    return measured !== undefined;
  };

  /** Runs `count` steps, or fewer of those that run in parts, and takes down their losses; the wall time. */
  const call = (program: Steps, count: number, slicer: Slicer): number => {
    const first = state.step;
    const ready = run.begin(first, count, state.given, state.schedule);
    checkAlive();
    const start = performance.now();
    const status = program.run(ready, slicer);
    const milliseconds = performance.now() - start;
    const done = run.step - first;
    const losses = run.losses(ready);
    record(history, losses, done);
    if (done > 0) lastLoss = losses[done - 1]!;
    history.steps += done;
    state.step += done;
    state.given += done;
    if (plan.sampling === "shuffle") state.epochs.place += done;
    if (status === Status.lossNotFinite) {
      throw new NotFiniteError(history.steps + 1, losses[done]!, rate(), check.areFinite());
    }
    return milliseconds;
  };

  /** @param share what has been done of a step under way */
  const tellProgress = (share: number) => {
    const { steps: step } = history;
    const stepsPerSecond = (step - from + share) / Math.max(trained / 1000, 1e-6);
    const secondsLeft = (whole - step - share) / stepsPerSecond;
    return told.tell("onProgress", { step, steps: whole, loss: lastLoss, stepsPerSecond, secondsLeft });
  };

  /** @returns false where it was aborted */
  const runSteps = async (): Promise<boolean> => {
    const slicer = new Slicer();
    // After how many steps something is due.
    const periods = [every, ...told.periods];
    beginEpochs(core, state, plan, prepared);
    // Where a run goes on, that was mostly measured before it was cut.
    const isMeasured = from > 0 && (from % every !== 0 || state.evaluated === from);
    let isWhole = !signal?.aborted && (isMeasured || (await evaluate()));
    while (isWhole && history.steps < end) {
      const { steps } = history;
      const inEpoch = state.epochs.place % stepsPerEpoch;
      const [full, rest] = programs;
      const last = rest !== undefined && inEpoch === stepsPerEpoch - 1;
      const untilRest = rest === undefined ? end : stepsPerEpoch - 1 - inEpoch;
      const untilDue = periods.map((period) => period - (steps % period));
      const most = Math.min(end - steps, run.capacity, last ? 1 : untilRest, ...untilDue);
      const count = last ? 1 : slicer.next(most);
      const program = last ? rest : full;
      const milliseconds = call(program, count, slicer);
      // None, where it is within a step.
      const done = history.steps - steps;
      if (!last) slicer.took(done, milliseconds);
      trained += milliseconds;
      // Calls may be short, where epochs are: then several of them make up a slice.
      if (slicer.over || history.steps === end) {
        await tellProgress(program.share ?? 0);
        await slicer.breathe();
        checkAlive();
      }
      const isDue = (period: number) => done > 0 && history.steps % period === 0;
      if (periods.some(isDue)) checkParameters();
      const measured = isDue(every) ? await measure() : undefined;
      await told.tellOfStep(measured, isDue);
      isWhole = (measured !== undefined || !isDue(every)) && !(signal?.aborted && history.steps < end);
    }
    checkParameters();
    return isWhole && (history.evaluations.at(-1)?.step === history.steps || evaluate());
  };

  const start = performance.now();
  const finish = async (how: History["ended"]) => {
    history.ended = how;
    history.seconds = (performance.now() - start) / 1000;
    await told.tell("onEnd");
  };
  try {
    checkAlive();
    if (from === 0) state.evaluated = state.remembered = undefined;
    await told.tell("onStart");
    const isWhole = await runSteps();
    await finish(isWhole ? (history.steps < whole ? "stopped" : "completed") : "aborted");
  } catch (error) {
    if (error instanceof NotFiniteError) error.history = history;
    // Whatever goes wrong here, too, what came first is what is told.
    if (history.ended === "running") await finish("failed").catch(() => {});
    history.ended = "failed";
    throw error;
  }
  return history;
}

/**
 * Goes on in the sequence of epochs where the last fit was one of the same samples, in batches of the same size with the same seed; else
 * begins with a new one. A run that goes on in the middle of an epoch needs the order that the epoch began with.
 */
function beginEpochs(
  { engine }: Core,
  state: TrainingState,
  { sampling, stepsPerEpoch, batchSize, data }: Schedule,
  { run, spec, samples, seed }: Prepared,
): void {
  if (sampling !== "shuffle") {
    state.epochs = { ...state.epochs, of: undefined };
    return;
  }
  state.epochs = continued(state.epochs, { of: samples, batchSize, stepsPerEpoch, seed });
  const { place, first } = state.epochs;
  run.align(state.step, place, first);
  const inEpoch = place % stepsPerEpoch;
  if (inEpoch === 0) return;
  setStep(engine, run.address, state.step - inEpoch);
  runOnce(engine, drawing(data.n, spec));
}
