import { Status } from "../../assembly/blocks.ts";
import type { Dataset } from "../data/dataset.ts";
import { NotFiniteError, StateError } from "../errors.ts";
import type { Loss } from "../nn/losses.ts";
import type { Optimizer } from "../nn/optimizers.ts";
import { type Program, runOnce } from "../runtime/instructions.ts";
import { type Disposable, Resources } from "../runtime/resources.ts";
import { Slicer } from "../runtime/slices.ts";
import { type Core, setStep } from "./core.ts";
import { chosenMetrics, type Evaluation, type Evaluator, evaluator, type Metric } from "./evaluate.ts";
import {
  composeTraining,
  drawing,
  type GradientMethod,
  type Sampling,
  type TrainingSpec,
} from "./programs.ts";
import { RunState } from "./run-state.ts";
import { type Schedule, schedule } from "./schedule.ts";
import { type StoredDataset, store } from "./store.ts";

/** Options of `fit`. */
export interface FitOptions {
  /** What to make small. */
  loss: Loss;
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
   * in the book's chapter 4.
   */
  gradient?: GradientMethod;
  /** Half the distance between the two sides of a central difference. Default 1e-4, the book's. */
  h?: number;
  /** Of the order of samples. Default: the network's. */
  seed?: number;
  /**
   * Data sets to measure loss and accuracy on, or only those of the two that `metrics` lists: before the first step, after every
   * `every` steps (default: an epoch), at the end.
   */
  evaluate?: {
    data: Dataset | Readonly<Record<string, Dataset>>;
    every?: number;
    metrics?: readonly Metric[];
  };
  /** Called every few milliseconds. */
  onProgress?: (progress: Progress) => void;
  onEvaluate?: (record: EvaluationRecord) => void;
  /** Stops within milliseconds; `fit` then returns what it has, with `aborted: true`. */
  signal?: AbortSignal;
}

export interface Progress {
  /** steps done of this fit */
  readonly step: number;
  readonly steps: number;
  /** of the last step done */
  readonly loss: number;
  readonly stepsPerSecond: number;
  readonly secondsLeft: number;
}

export interface EvaluationRecord {
  /** steps done of this fit */
  readonly step: number;
  /** the same in epochs */
  readonly epoch: number;
  /** by data set: the names of `evaluate.data`, or "data" where that is one data set */
  readonly results: Readonly<Record<string, Evaluation>>;
}

/** What a fit did. Plain data: it can be written as JSON. */
export interface History {
  /** steps done */
  steps: number;
  readonly stepsPerEpoch: number;
  /** the loss of each step, before its update */
  readonly loss: number[];
  readonly evaluations: EvaluationRecord[];
  aborted: boolean;
  /** wall time, evaluations included */
  seconds: number;
}

/** What a network keeps between fits: steps done in all, and the optimizer's state. */
export interface TrainingState {
  /** steps since the network was made: where the sequence of batches goes on */
  step: number;
  slots?: Slots;
  /** updates that the optimizer of these slots has made */
  updates: number;
}

/** An optimizer's state in memory. */
export interface Slots extends Disposable {
  readonly optimizer: Optimizer;
  readonly address: number;
}

/** What a fit asks of its network. */
export interface FitContext {
  readonly seed: number;
  /** classes of the output, where the loss takes class labels */
  classesFor(loss: Loss): number | undefined;
  alive(): boolean;
  /** the optimizer's state: the network's own if it was the last fit's, else new */
  slotsFor(optimizer: Optimizer): Slots;
  /** makes these the network's own */
  keepSlots(slots: Slots): void;
  /** the network in float64: itself, or a twin whose parameters are its own */
  exact(): Core;
  /** takes note of how the training data is held, for the summary */
  holds(data: StoredDataset): void;
}

/** Trains; see Network.fit. */
export async function fit(
  core: Core,
  state: TrainingState,
  data: Dataset,
  options: FitOptions,
  context: FitContext,
): Promise<History> {
  const plan = schedule(data, options);
  const slots = context.slotsFor(options.optimizer);
  let session: Session;
  try {
    session = new Session(core, data, options, context, plan, slots.address);
  } catch (error) {
    if (slots !== state.slots) slots.dispose();
    throw error;
  }
  context.keepSlots(slots);
  const history: History = {
    steps: 0,
    stepsPerEpoch: plan.stepsPerEpoch,
    loss: [],
    evaluations: [],
    aborted: false,
    seconds: 0,
  };
  const start = performance.now();
  try {
    await session.run(state, history);
  } finally {
    session.dispose();
    history.seconds = (performance.now() - start) / 1000;
  }
  return history;
}

/** One fit: its data, programs and evaluators, held until it ends. */
class Session implements Disposable {
  readonly #resources = new Resources();
  readonly #core: Core;
  readonly #options: FitOptions;
  readonly #schedule: Schedule;
  readonly #context: FitContext;
  readonly #run: RunState;
  readonly #spec: TrainingSpec;
  readonly #n: number;
  /** a full step, and the last step of a shuffled epoch where the samples do not come out even */
  readonly #programs: readonly [Program, Program?];
  readonly #evaluators: Readonly<Record<string, Evaluator>>;

  constructor(
    core: Core,
    data: Dataset,
    options: FitOptions,
    context: FitContext,
    plan: Schedule,
    slots: number,
  ) {
    this.#core = core;
    this.#options = options;
    this.#schedule = plan;
    this.#context = context;
    const held = this.#resources;
    const classes = context.classesFor(options.loss);
    // The sweeps of a numerical gradient read the inputs column by column.
    const compress = plan.by === "backprop";
    try {
      const stored = new Map<Dataset, StoredDataset>();
      const place = (set: Dataset): StoredDataset => {
        const known = stored.get(set) ?? held.add(store("fit", core, set, { classes, compress }));
        stored.set(set, known);
        return known;
      };
      const training = place(data);
      this.#n = training.n;
      context.holds(training);
      this.#run = held.add(new RunState(core.engine, options.seed ?? context.seed, core.owner));
      const drawn = plan.sampling === "shuffle" ? training.n : plan.batchSize;
      const indices = core.engine.heap.allocate(4 * drawn, core.owner);
      held.add({ dispose: () => core.engine.heap.free(indices) });
      this.#spec = {
        ...plan,
        loss: options.loss,
        optimizer: options.optimizer,
        differentiated: plan.by === "backprop" ? core : context.exact(),
        m: plan.batchSize,
        state: this.#run.address,
        indices: indices.address,
        slots,
      };
      const full = held.add(composeTraining(core, training, this.#spec));
      const rest = plan.sampling === "shuffle" ? training.n % plan.batchSize : 0;
      this.#programs =
        rest > 0 ? [full, held.add(composeTraining(core, training, { ...this.#spec, m: rest }))] : [full];
      const metrics = chosenMetrics("fit: evaluate.metrics", options.loss, options.evaluate?.metrics);
      this.#evaluators = Object.fromEntries(
        Object.entries(evaluationSets(options)).map(([name, set]) => [
          name,
          held.add(evaluator(core, place(set), options.loss, metrics)),
        ]),
      );
    } catch (error) {
      held.dispose();
      throw error;
    }
  }

  async run(state: TrainingState, history: History): Promise<void> {
    const { steps, stepsPerEpoch, every } = this.#schedule;
    const { signal, onProgress } = this.#options;
    const slicer = new Slicer();
    this.#resumeEpoch(state.step);
    let trained = 0;
    history.aborted = (signal?.aborted ?? false) || !(await this.#evaluate(history));
    while (history.steps < steps && !history.aborted) {
      const inEpoch = state.step % stepsPerEpoch;
      const [full, rest] = this.#programs;
      const last = rest !== undefined && inEpoch === stepsPerEpoch - 1;
      const untilRest = rest === undefined ? steps : stepsPerEpoch - 1 - inEpoch;
      const untilEvaluation = every - (history.steps % every);
      const most = Math.min(steps - history.steps, untilEvaluation, this.#run.capacity, last ? 1 : untilRest);
      const count = last ? 1 : slicer.next(most);
      const milliseconds = this.#call(last ? rest : full, count, state, history);
      if (!last) slicer.took(count, milliseconds);
      trained += milliseconds;
      // Calls may be short, where epochs are: then several of them make up a slice.
      if (slicer.over || history.steps === steps) {
        onProgress?.(progress(history, steps, trained));
        await slicer.breathe();
        this.#checkAlive();
      }
      if (history.steps % every === 0 || history.steps === steps) {
        if (!(await this.#evaluate(history))) history.aborted = true;
      }
      if (signal?.aborted && history.steps < steps) history.aborted = true;
    }
  }

  /** Runs `count` steps and takes down their losses; the wall time. */
  #call(program: Program, count: number, state: TrainingState, history: History): number {
    const { optimizer } = this.#options;
    const first = state.step;
    this.#run.begin(first, count, optimizer, state.updates + 1);
    const start = performance.now();
    const status = program.run(count);
    const milliseconds = performance.now() - start;
    const done = this.#run.step - first;
    const losses = this.#run.losses(count);
    for (let i = 0; i < done; i++) history.loss.push(losses[i]!);
    history.steps += done;
    state.step += done;
    state.updates += done;
    if (status === Status.lossNotFinite)
      throw new NotFiniteError(history.steps + 1, losses[done]!, optimizer.lr);
    return milliseconds;
  }

  /** A run that goes on in the middle of a shuffled epoch needs the order that the epoch began with. */
  #resumeEpoch(step: number): void {
    const { sampling, stepsPerEpoch } = this.#schedule;
    const inEpoch = step % stepsPerEpoch;
    if (sampling !== "shuffle" || inEpoch === 0) return;
    setStep(this.#core.engine, this.#run.address, step - inEpoch);
    runOnce(this.#core.engine, drawing(this.#n, this.#spec));
  }

  /** @returns false where it was aborted */
  async #evaluate(history: History): Promise<boolean> {
    const results: Record<string, Evaluation> = {};
    const names = Object.keys(this.#evaluators);
    if (names.length === 0) return true;
    for (const name of names) {
      const result = await this.#evaluators[name]!.evaluate(this.#options.signal);
      this.#checkAlive();
      if (!result) return false;
      results[name] = result;
    }
    const record = { step: history.steps, epoch: history.steps / this.#schedule.stepsPerEpoch, results };
    history.evaluations.push(record);
    this.#options.onEvaluate?.(record);
    this.#checkAlive();
    return true;
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

function evaluationSets({ evaluate }: FitOptions): Readonly<Record<string, Dataset>> {
  if (!evaluate) return {};
  return isDataset(evaluate.data) ? { data: evaluate.data } : evaluate.data;
}

function isDataset(data: Dataset | Readonly<Record<string, Dataset>>): data is Dataset {
  return "x" in data && "t" in data && "dtype" in data.x;
}

function progress({ steps: step, loss }: History, steps: number, trainedMs: number): Progress {
  const stepsPerSecond = step / Math.max(trainedMs / 1000, 1e-6);
  return { step, steps, loss: loss.at(-1)!, stepsPerSecond, secondsLeft: (steps - step) / stepsPerSecond };
}
