// The optimizers' updates (assembly/optimizer/) in plain TypeScript: the rules, and what is done around them.

import { COEFFICIENTS } from "../../assembly/isa/optimizer.ts";
import type { ExtraDescription } from "../../src/nn/optimizers/extras.ts";
import type { Optimizer } from "../../src/nn/optimizers/optimizer.ts";
import { type Rate, rateAt } from "../../src/nn/rate.ts";
import { precisionOf, zerosLike } from "./elementwise.ts";
import type { Floats } from "./matmul.ts";
import { partialSums } from "./partial-sums.ts";
import { rowSum } from "./reduce.ts";

/** A parameter with its gradient and the optimizer's own tensors, all of one length; `w` and the state are changed in place. */
export interface UpdateOperands {
  readonly w: Floats;
  readonly g: Floats;
  readonly s1: Floats;
  readonly s2: Floats;
  readonly s3: Floats;
  /** those of assembly/optimizer/, of this step */
  readonly coefficients: Float64Array;
}

type Round = (x: number) => number;
type Rule = (
  operands: UpdateOperands,
  round: Round,
  c: readonly [number, number, number, number, number],
) => void;

/** x + share·(y − x) */
const towards = (round: Round, x: number, y: number, share: number) => round(x + round(share * round(y - x)));

/** (lr·m) / (√v + ε) */
const scaledStep = (round: Round, lr: number, m: number, v: number, epsilon: number) =>
  round(round(lr * m) / round(round(Math.sqrt(v)) + epsilon));

const rules = {
  sgd({ w, g }, round, [lr]) {
    for (let i = 0; i < w.length; i++) w[i] = w[i]! - round(lr * g[i]!);
  },
  momentum({ w, g, s1: v }, round, [lr, alpha]) {
    for (let i = 0; i < w.length; i++) {
      v[i] = round(alpha * v[i]!) - round(lr * g[i]!);
      w[i] = w[i]! + v[i]!;
    }
  },
  nesterov({ w, g, s1: v }, round, [lr, alpha]) {
    for (let i = 0; i < w.length; i++) {
      v[i] = round(alpha * v[i]!) - round(lr * g[i]!);
      w[i] = w[i]! + round(round(alpha * v[i]!) - round(lr * g[i]!));
    }
  },
  adaGrad({ w, g, s1: h }, round, [lr, epsilon]) {
    for (let i = 0; i < w.length; i++) {
      h[i] = h[i]! + round(g[i]! * g[i]!);
      w[i] = w[i]! - scaledStep(round, lr, g[i]!, h[i]!, epsilon);
    }
  },
  rmsprop({ w, g, s1: v }, round, [lr, rest, epsilon]) {
    for (let i = 0; i < w.length; i++) {
      v[i] = towards(round, v[i]!, round(g[i]! * g[i]!), rest);
      w[i] = w[i]! - scaledStep(round, lr, g[i]!, v[i]!, epsilon);
    }
  },
  adadelta({ w, g, s1: v, s2: u }, round, [lr, rest, epsilon]) {
    for (let i = 0; i < w.length; i++) {
      v[i] = towards(round, v[i]!, round(g[i]! * g[i]!), rest);
      const quotient = round(round(u[i]! + epsilon) / round(v[i]! + epsilon));
      const d = round(round(Math.sqrt(quotient)) * g[i]!);
      u[i] = towards(round, u[i]!, round(d * d), rest);
      w[i] = w[i]! - round(lr * d);
    }
  },
  adam(operands, round, [lr, rest1, rest2, epsilon]) {
    moments(operands, round, rest1, rest2, (_, m, v) => scaledStep(round, lr, m, v, epsilon));
  },
  amsgrad(operands, round, [lr, rest1, rest2, epsilon]) {
    const { s3 } = operands;
    moments(operands, round, rest1, rest2, (i, m, v) => {
      if (s3[i]! < v) s3[i] = v;
      return scaledStep(round, lr, m, s3[i]!, epsilon);
    });
  },
  nadam(operands, round, [byM, rest1, rest2, epsilon, byG]) {
    moments(operands, round, rest1, rest2, (i, m, v) => {
      const sum = round(round(byG * operands.g[i]!) + round(byM * m));
      return round(sum / round(round(Math.sqrt(v)) + epsilon));
    });
  },
  radam(operands, round, [lr, rest1, rest2, epsilon, rectified]) {
    moments(operands, round, rest1, rest2, (_, m, v) =>
      round(round(lr * m) / round(round(rectified * round(Math.sqrt(v))) + epsilon)),
    );
  },
  adamax({ w, g, s1: m, s2: u }, round, [lr, rest1, beta2, epsilon]) {
    for (let i = 0; i < w.length; i++) {
      m[i] = towards(round, m[i]!, g[i]!, rest1);
      u[i] = Math.max(round(beta2 * u[i]!), round(Math.abs(g[i]!) + epsilon));
      w[i] = w[i]! - round(round(lr * m[i]!) / u[i]!);
    }
  },
  lion({ w, g, s1: m }, round, [lr, rest1, rest2]) {
    for (let i = 0; i < w.length; i++) {
      w[i] = w[i]! - lr * Math.sign(towards(round, m[i]!, g[i]!, rest1));
      m[i] = towards(round, m[i]!, g[i]!, rest2);
    }
  },
} satisfies Record<string, Rule>;

/** m ← m + (1−β₁)(g − m); v ← v + (1−β₂)(g² − v); w ← w − step(m, v) */
function moments(
  { w, g, s1, s2 }: UpdateOperands,
  round: Round,
  rest1: number,
  rest2: number,
  step: (i: number, m: number, v: number) => number,
): void {
  for (let i = 0; i < w.length; i++) {
    s1[i] = towards(round, s1[i]!, g[i]!, rest1);
    s2[i] = towards(round, s2[i]!, round(g[i]! * g[i]!), rest2);
    w[i] = w[i]! - step(i, s1[i]!, s2[i]!);
  }
}

/** One update by an optimizer's rule alone. */
export function update(name: string, operands: UpdateOperands): void {
  const { round } = precisionOf(operands.w);
  const rule: Rule = rules[(name === "adamw" ? "adam" : name) as keyof typeof rules];
  const [c0, c1, c2, c3, c4] = Array.from(operands.coefficients, round) as [
    number,
    number,
    number,
    number,
    number,
  ];
  rule(operands, round, [c0, c1, c2, c3, c4]);
}

/** A parameter of a run, with all that may be kept of it. */
export interface Trained {
  readonly name: string;
  readonly w: Floats;
  readonly s1: Floats;
  readonly s2: Floats;
  readonly s3: Floats;
  readonly average: Floats;
  readonly sum: Floats;
}

/** Whether a group's name is that of a parameter. */
const names = (of: readonly string[], name: string) =>
  of.some((each) =>
    [name, name.slice(0, name.lastIndexOf(".")), name.slice(name.lastIndexOf(".") + 1)].includes(each),
  );

/** The updates of a whole run: `step` takes the gradients of one step. */
export function updater(optimizer: Optimizer, parameters: readonly Trained[]) {
  const extras = (optimizer.with ?? []).map(({ description }) => description as ExtraDescription);
  const find = <K extends ExtraDescription["kind"]>(kind: K) =>
    extras.find((each) => each.kind === kind) as (ExtraDescription & { kind: K }) | undefined;
  const every = find("accumulate")?.steps ?? 1;
  let steps = 0;
  return {
    trains: (name: string) => !extras.some((each) => each.kind === "frozen" && names(each.of, name)),
    step(gradients: ReadonlyMap<string, Floats>): void {
      const trained = parameters.filter(({ name }) => this.trains(name));
      const place = steps++ % every;
      const t = Math.ceil(steps / every);
      if (every > 1) {
        for (const { name, sum } of trained) {
          gradients.get(name)!.forEach((g, i) => {
            sum[i] = place === 0 ? g : sum[i]! + g;
          });
        }
      }
      if (place < every - 1) return;
      const gradientOf = ({ name, sum }: Trained) => (every > 1 ? sum : gradients.get(name)!);
      const share = 1 / every;
      const global = find("clipByGlobalNorm");
      const each = find("clipByNorm");
      const scaleOf = (members: readonly Trained[], limit: number) => {
        let total = 0;
        for (const square of members.flatMap((member) => squares(gradientOf(member)))) total += square;
        return share * Math.min(1, limit / (Math.sqrt(total) * share + 1e-6));
      };
      const globalScale = global && scaleOf(trained, global.limit);
      for (const parameter of trained) {
        const { w, average } = parameter;
        const { round } = precisionOf(w);
        if (extras.length === 0) {
          const coefficients = new Float64Array(COEFFICIENTS);
          optimizer.coefficients(t, rateOf(optimizer.lr, t), coefficients, 0);
          update(optimizer.name, { ...parameter, g: gradients.get(parameter.name)!, coefficients });
          continue;
        }
        const scale = round(globalScale ?? (each ? scaleOf([parameter], each.limit) : share));
        const own = extras.find((extra) => extra.kind === "group" && names(extra.of, parameter.name)) as
          | Extract<ExtraDescription, { kind: "group" }>
          | undefined;
        const lr = rateOf(optimizer.lr, t) * (own?.lrMultiplier ?? 1);
        const coefficients = new Float64Array(COEFFICIENTS);
        optimizer.coefficients(t, lr, coefficients, 0);
        const rate = own?.weightDecay ?? find("weightDecay")?.rate ?? 0;
        const decoupled = find("weightDecay")?.decoupled ?? false;
        const decay = decoupled ? 0 : round(rate);
        const keep = decoupled ? round(1 - lr * rate) : 1;
        const limit = round(find("clipByValue")?.limit ?? Number.POSITIVE_INFINITY);
        const g = gradientOf(parameter).map((x, i) => {
          const clipped = Math.max(-limit, Math.min(limit, round(x * scale)));
          return round(clipped + round(decay * w[i]!));
        });
        w.forEach((x, i) => {
          w[i] = x * keep;
        });
        update(optimizer.name, { ...parameter, g, coefficients });
        const ema = find("movingAverage");
        if (ema) {
          const toW = round(t === 1 ? 1 : 1 - ema.decay);
          w.forEach((x, i) => {
            average[i] = towards(round, average[i]!, x, toW);
          });
        }
      }
    },
  };
}

function rateOf(lr: Rate, t: number): number {
  return rateAt(lr, t - 1, undefined);
}

/** The partial sums of a gradient's squares. */
function squares(g: Floats): number[] {
  const squared = zerosLike(g, g.length).map((_, i) => g[i]! * g[i]!) as Floats;
  return partialSums(g.length).map(([from, to]) => rowSum(squared, from, to - from));
}
