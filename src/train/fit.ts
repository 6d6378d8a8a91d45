import { Status } from "../../assembly/blocks.ts";
import { NotFiniteError, StateError } from "../errors.ts";
import { type Optimizer, type Update, updateOf } from "../nn/optimizers/optimizer.ts";
import type { ScheduleState } from "../nn/rate.ts";
import { runOnce } from "../runtime/instructions.ts";
import { type Disposable, Resources } from "../runtime/resources.ts";
import { Slicer } from "../runtime/slices.ts";
import type { Callback, Event, FitRun } from "./callbacks/callback.ts";
import { memory, type Remembered } from "./callbacks/memory.ts";
import { type ClassNames, classNamesOf } from "./class-names.ts";
import { allocate, type Core, setStep } from "./core.ts";
import { continued, digestOf, type Epochs } from "./epochs.ts";
import {
  checkMeasurable,
  type Evaluation,
  type Evaluator,
  evaluator,
  type MeasuredTerms,
  measuredTerms,
} from "./evaluate.ts";
import type { Objective, Samples } from "./face.ts";
import { type EvaluationRecord, type History, newHistory, type Progress, record } from "./history.ts";
import { checkStep } from "./lost-step.ts";
import type { AnyNetwork } from "./network.ts";
import { inParts, type Steps } from "./parts.ts";
import {
  composeFiniteCheck,
  composeTraining,
  drawing,
  type FiniteCheck,
  type GradientMethod,
  type Sampling,
  type TrainingSpec,
} from "./programs.ts";
import { RunState } from "./run-state.ts";
import { type NamedDataset, type Schedule, schedule } from "./schedule.ts";
import type { Signature, Single } from "./signature.ts";
import type { Slots } from "./slots.ts";
import { type StoredDataset, store } from "./store.ts";
import type { Weights } from "./weights.ts";

/** Options of `fit`. */
export interface FitOptions<S extends Signature = Single> {
  /** What to make small: of several outputs the sum of their losses, each times its weight. */
  loss: S["loss"];
  /** How parameters follow their gradients. The same object in a later `fit` goes on with its state. */
  optimizer: Optimizer;
  /** Samples of a step. Default 32; at most the data set's. */
  batchSize?: number;
  /** How many steps, or how many epochs: one of the two. */
  steps?: number;
  epochs?: number;
  /** "shuffle" (default): whole epochs, each in an order of its own. "replacement": each batch is drawn anew, as the book does. */
  sampling?: Sampling;
  /**
   * How gradients are had. "backprop" (default), or "numerical": central differences of the loss by every parameter, in float64, as
   * in the book's chapter 4. A step then takes milliseconds to minutes; it runs in parts, so that progress and `signal` come within it.
   */
  gradient?: GradientMethod;
  /** Half the distance between the two sides of a central difference. Default 1e-4, the book's. */
  h?: number;
  /** Of the order of samples, and of what layers draw (`dropout`). Default: the network's. */
  seed?: number;
  /**
   * Data sets to measure loss and accuracy on, or what `metrics` lists, as `evaluate` does: before the first step, after every `every`
   * steps (default: an epoch), at the end.
   */
  evaluate?: {
    data: S["data"] | Readonly<Record<string, S["data"]>>;
    every?: number;
    metrics?: S["metrics"];
  };
  /**
   * Steps of this run that are done already: those of a checkpoint. With the rest of the options as they were, the fit goes on as the one
   * would have that was cut; evaluations come where they would have come. Default 0.
   */
  from?: number;
  /** How much each sample counts: `classWeights` or `sampleWeights`. Default: all alike. They go with gradients by backpropagation. */
  weights?: Weights;
  /** Called every few milliseconds. What it returns is awaited; where it throws or rejects, the fit ends with that error. */
  onProgress?: Callback["onProgress"];
  /** Called after each evaluation, likewise. */
  onEvaluate?: (record: EvaluationRecord<S["evaluation"]>, run: FitRun) => unknown;
  /** More that is to happen between steps, each in turn: `earlyStopping`, `saveEvery`, `csvLog`, or functions of one's own. */
  callbacks?: readonly Callback[];
  /**
   * Stops within milliseconds, or when the callback under way has ended; `fit` then returns what it has, `ended` being "aborted". What was done
   * of a step under way is left out.
   */
  signal?: AbortSignal;
}

/** What a network keeps between fits: steps done in all, where its epoch stands, the optimizer's state, and how it was trained. */
export interface TrainingState {
  /** steps since the network was made */
  step: number;
  epochs: Epochs;
  /** the last fit's, and the scales of its data, by input */
  objective?: Objective | undefined;
  scales: readonly number[];
  /** by output: those of the last data that named any */
  classNames: readonly (ClassNames | undefined)[];
  slots?: Slots | undefined;
  /** steps that the optimizer of these slots has been given */
  given: number;
  /** of the optimizer's schedule, where that follows evaluations */
  schedule?: ScheduleState | undefined;
  /** after how many steps of its run the last fit was evaluated for the last time */
  evaluated?: number | undefined;
  /** what its callbacks remember */
  remembered?: readonly Remembered[] | undefined;
}

/** What a fit asks of its network. */
export interface FitContext {
  readonly net: AnyNetwork;
  readonly seed: number;
  alive(): boolean;
  /** waits for the initial values, unless it is aborted */
  drawn(signal: AbortSignal | undefined): Promise<void>;
  /** the optimizer's state: the network's own if it was the last fit's, else new */
  slotsFor(update: Update): Slots;
  /** makes these the network's own */
  keepSlots(slots: Slots, optimizer: Optimizer): void;
  /** takes note of how the training data is held, for the summary */
  holds(data: StoredDataset): void;
}

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
  const update = updateOf("fit", options.optimizer, core.parameters.layout);
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

/** One fit: its data, programs and evaluators, held until it ends. */
class Session implements Disposable {
  readonly #resources = new Resources();
  readonly #core: Core;
  readonly #state: TrainingState;
  readonly #options: FitOptions;
  readonly #schedule: Schedule;
  readonly #context: FitContext;
  readonly #run: RunState;
  readonly #spec: TrainingSpec;
  #lastLoss = Number.NaN;
  /** the samples' digest */
  readonly #samples: number;
  /** a full step, and the last step of a shuffled epoch where the samples do not come out even */
  readonly #programs: readonly [Steps, Steps?];
  readonly #check: FiniteCheck;
  readonly #evaluators: Readonly<Record<string, Evaluator>>;
  readonly #history: History;
  /** memories first, then those of the options themselves */
  readonly #callbacks: readonly Callback[];
  /** what callbacks see */
  readonly #seen: FitRun;
  /** where it ends: before all steps are done, where a callback says so */
  #end: number;

  constructor(
    core: Core,
    state: TrainingState,
    context: FitContext,
    {
      plan,
      metrics,
      update,
      slots,
    }: { plan: Schedule; metrics: MeasuredTerms; update: Update; slots: Slots },
  ) {
    const { options } = plan;
    this.#core = core;
    this.#state = state;
    this.#options = options;
    this.#schedule = plan;
    this.#context = context;
    this.#samples = digestOf(plan.data.x);
    const { callbacks = [] } = options;
    const memories = callbacks.flatMap((callback) => callback[memory] ?? []);
    this.#callbacks = [...memories, options as Callback, ...callbacks];
    this.#end = plan.steps;
    const { optimizer, signal } = options;
    const history = newHistory(plan.stepsPerEpoch, options.from ?? 0);
    const stop = () => {
      this.#end = history.steps;
    };
    const evaluated = Object.keys(plan.evaluated);
    const rate = () => this.#rate;
    this.#seen = {
      net: context.net,
      optimizer,
      get lr() {
        return rate();
      },
      signal,
      steps: plan.steps,
      history,
      evaluated,
      stop,
    };
    this.#history = history;
    const held = this.#resources;
    const weights = options.weights?.of(plan.data, plan.objective);
    // The sweeps of a numerical gradient read the inputs column by column.
    const compress = plan.by === "backprop";
    try {
      const stored = new Map<Samples, StoredDataset>();
      const place = ({ call, data }: NamedDataset): StoredDataset => {
        const known = stored.get(data) ?? held.add(store(call, core, data, plan.objective, { compress }));
        stored.set(data, known);
        return known;
      };
      const training = place({ call: "fit", data: plan.data });
      context.holds(training);
      this.#run = held.add(
        new RunState(core.engine, options.seed ?? context.seed, core.owner, { update, dtype: core.dtype }),
      );
      const drawn = plan.sampling === "shuffle" ? training.n : plan.batchSize;
      const indices = core.engine.heap.allocate(4 * drawn, core.owner);
      held.add({ dispose: () => core.engine.heap.free(indices) });
      this.#spec = {
        ...plan,
        differentiated: plan.by === "backprop" ? core : this.#twin(),
        m: plan.batchSize,
        state: this.#run.address,
        indices: indices.address,
        update,
        weights: weights && held.add(options.weights!.hold(core, weights)),
        slots: slots.address,
      };
      const compose = (m: number): Steps => {
        const program = held.add(composeTraining(core, training, { ...this.#spec, m }));
        return plan.by === "backprop" ? program : held.add(inParts(core, program, this.#run.address));
      };
      const rest = plan.sampling === "shuffle" ? training.n % plan.batchSize : 0;
      this.#programs = rest > 0 ? [compose(plan.batchSize), compose(rest)] : [compose(plan.batchSize)];
      this.#check = held.add(composeFiniteCheck(core));
      this.#evaluators = Object.fromEntries(
        Object.entries(plan.evaluated).map(([name, set]) => [
          name,
          held.add(evaluator(core, place(set), plan.objective, metrics)),
        ]),
      );
    } catch (error) {
      held.dispose();
      throw error;
    }
  }

  /**
   * The network in float64, with parameters and gradients of its own: those of the network may be read and written while a step that
   * runs in parts is under way.
   */
  #twin(): Core {
    const twin = this.#core.in("float64");
    allocate(twin, this.#resources);
    return twin;
  }

  async run(): Promise<History> {
    const history = this.#history;
    const start = performance.now();
    const end = async (how: History["ended"]) => {
      history.ended = how;
      history.seconds = (performance.now() - start) / 1000;
      await this.#tell("onEnd");
    };
    try {
      this.#checkAlive();
      if (history.from === 0) this.#state.evaluated = this.#state.remembered = undefined;
      await this.#tell("onStart");
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
    // After how many steps something is due.
    const periods = this.#callbacks.flatMap((callback) => [
      callback.onStep ? (callback.every ?? 1) : every,
      callback.onEpoch ? stepsPerEpoch : every,
    ]);
    this.#beginEpochs();
    let trained = 0;
    // Where a run goes on, that was mostly measured before it was cut.
    const isMeasured = from > 0 && (from % every !== 0 || this.#state.evaluated === from);
    let isWhole = !signal?.aborted && (isMeasured || (await this.#evaluate()));
    while (isWhole && history.steps < this.#end) {
      const { steps } = history;
      const inEpoch = this.#state.epochs.place % stepsPerEpoch;
      const [full, rest] = this.#programs;
      const last = rest !== undefined && inEpoch === stepsPerEpoch - 1;
      const untilRest = rest === undefined ? this.#end : stepsPerEpoch - 1 - inEpoch;
      const untilDue = periods.map((period) => period - (steps % period));
      const most = Math.min(this.#end - steps, this.#run.capacity, last ? 1 : untilRest, ...untilDue);
      const count = last ? 1 : slicer.next(most);
      const program = last ? rest : full;
      const milliseconds = this.#call(program, count, slicer);
      // None, where it is within a step.
      const done = history.steps - steps;
      if (!last) slicer.took(done, milliseconds);
      trained += milliseconds;
      // Calls may be short, where epochs are: then several of them make up a slice.
      if (slicer.over || history.steps === this.#end) {
        await this.#tell("onProgress", this.#progress(program.share ?? 0, trained));
        await slicer.breathe();
        this.#checkAlive();
      }
      const isDue = (period: number) => done > 0 && history.steps % period === 0;
      if (periods.some(isDue)) this.#checkParameters();
      isWhole = !isDue(every) || (await this.#evaluate());
      await this.#tell("onStep", undefined, (callback) => isDue(callback.every ?? 1));
      await this.#tell("onEpoch", undefined, () => isDue(stepsPerEpoch));
      isWhole &&= !(signal?.aborted && history.steps < this.#end);
    }
    this.#checkParameters();
    return isWhole && (history.evaluations.at(-1)?.step === history.steps || this.#evaluate());
  }

  /** Calls that function of all callbacks that it is for, with what is given and the run; of the end hear all, whatever one of them throws. */
  async #tell(
    event: Event,
    given?: Progress | EvaluationRecord,
    isFor: (callback: Callback) => boolean = () => true,
  ): Promise<void> {
    const failures: unknown[] = [];
    for (const callback of this.#callbacks) {
      if (!(callback[event] && isFor(callback))) continue;
      try {
        await (given
          ? callback[event]!(given as never, this.#seen)
          : callback[event]!(this.#seen as never, this.#seen));
        this.#checkAlive();
      } catch (error) {
        const { signal } = this.#options;
        // So ends what a callback waits for that was given the signal as well: it is the abort that the fit sees by itself.
        if (signal?.aborted && error === signal.reason) continue;
        if (event !== "onEnd") throw error;
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }

  /** Runs `count` steps, or fewer of those that run in parts, and takes down their losses; the wall time. */
  #call(program: Steps, count: number, slicer: Slicer): number {
    const history = this.#history;
    const state = this.#state;
    const first = state.step;
    this.#run.begin(first, count, state.given, state.schedule);
    this.#checkAlive();
    const start = performance.now();
    const status = program.run(count, slicer);
    const milliseconds = performance.now() - start;
    const done = this.#run.step - first;
    const losses = this.#run.losses(count);
    record(history, losses, done);
    if (done > 0) this.#lastLoss = losses[done - 1]!;
    history.steps += done;
    state.step += done;
    state.given += done;
    if (this.#schedule.sampling === "shuffle") state.epochs.place += done;
    if (status === Status.lossNotFinite) {
      throw new NotFiniteError(history.steps + 1, losses[done]!, this.#rate, this.#check.areFinite());
    }
    return milliseconds;
  }

  /** The learning rate. */
  get #rate(): number {
    return this.#run.rate(this.#state.given, this.#state.schedule);
  }

  /** An update may overflow in the last step as in any other, and then no loss shows it. */
  #checkParameters(): void {
    if (!this.#check.areFinite()) {
      throw new NotFiniteError(this.#history.steps, this.#lastLoss, this.#rate, false);
    }
  }

  /**
   * Goes on in the sequence of epochs where the last fit was one of the same samples, in batches of the same size with the same seed; else
   * begins with a new one. A run that goes on in the middle of an epoch needs the order that the epoch began with.
   */
  #beginEpochs(): void {
    const { sampling, stepsPerEpoch, batchSize, data } = this.#schedule;
    const { step } = this.#state;
    const { seed = this.#context.seed } = this.#options;
    if (sampling !== "shuffle") {
      this.#state.epochs = { ...this.#state.epochs, of: undefined };
      return;
    }
    this.#state.epochs = continued(this.#state.epochs, { of: this.#samples, batchSize, stepsPerEpoch, seed });
    const { place, first } = this.#state.epochs;
    this.#run.align(step, place, first);
    const inEpoch = place % stepsPerEpoch;
    if (inEpoch === 0) return;
    setStep(this.#core.engine, this.#run.address, step - inEpoch);
    runOnce(this.#core.engine, drawing(data.n, this.#spec));
  }

  /** @returns false where it was aborted */
  async #evaluate(): Promise<boolean> {
    const history = this.#history;
    const results: Record<string, Evaluation> = {};
    const names = Object.keys(this.#evaluators);
    if (names.length === 0) return true;
    for (const name of names) {
      const result = await this.#evaluators[name]!.evaluate(this.#options.signal);
      this.#checkAlive();
      if (!result) return false;
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
    await this.#tell("onEvaluate", record);
    return true;
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
    this.#resources.dispose();
  }
}
