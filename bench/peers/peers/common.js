// What the JavaScript peers share, in Node and in a page: data, loops that time, and what a peer's file hands over.
//
// A peer is an object { works: { name: (context) => result }, cannot: { name: "why" } }; what stands in neither is not asked of it.

import works from "../works.json" with { type: "json" };

export { works };

/**
 * What a run was asked for, and access to the data.
 *
 * @param options name: of the work; threads; wide: kobai's wide build; budget: seconds, what takes longer is extrapolated; steps: to train, rather than all;
 *   readFile: (name) => promise of an ArrayBuffer
 */
export function context({ name, threads, wide = false, budget, steps, readFile }) {
  const work = works[name];
  const bytes = async (file) => new Uint8Array(await readFile(file));
  const floats = async (file) => new Float32Array(await readFile(file));
  return {
    name,
    work,
    threads,
    wide,
    budget,
    steps,
    readFile,
    floats,
    bytes,
    /** { x: Float32Array of n × 784 from 0 to 1, t: Uint8Array, n } of "train" or "test" */
    async images(part, limit = Infinity) {
      const raw = await bytes(`${part}-images.u8`);
      const n = Math.min(limit, raw.length / 784);
      const x = new Float32Array(n * 784);
      for (let i = 0; i < x.length; i++) x[i] = raw[i] * Math.fround(1 / 255);
      return { x, t: (await bytes(`${part}-labels.u8`)).slice(0, n), n };
    },
    /**
     * of each layer { w: Float32Array [in, out], b: Float32Array [out], inputs, outputs }; those of convolutions come first, their `in` being
     * [row, column, channel]
     */
    async weights(layers = work.layers) {
      const flat = await floats(`weights-${layers.join("-")}.f32`);
      let at = 0;
      const take = (length) => {
        at += length;
        return flat.slice(at - length, at);
      };
      const of = (inputs, outputs) => ({ w: take(inputs * outputs), b: take(outputs), inputs, outputs });
      let channels = 1;
      const convolutions = (work.convolutions ?? []).map(({ filters, kernel }) => {
        const layer = of(kernel * kernel * channels, filters);
        channels = filters;
        return layer;
      });
      return [...convolutions, ...layers.slice(1).map((outputs, i) => of(layers[i], outputs))];
    },
    /** the rows of each step, as Int32Arrays */
    async batches() {
      const rows = new Int32Array(await readFile(`${name}.i32`));
      const count = Math.ceil(rows.length / work.batch);
      return Array.from({ length: count }, (_, i) => rows.subarray(i * work.batch, (i + 1) * work.batch));
    },
  };
}

const now = () => performance.now() / 1000;
const isPromise = (value) => typeof value?.then === "function";

/** Rows of `data` one after the other in `out`. */
export function gatherRows({ x }, rows, width, out = new Float32Array(rows.length * width)) {
  for (let i = 0; i < rows.length; i++)
    out.set(x.subarray(rows[i] * width, (rows[i] + 1) * width), i * width);
  return out;
}

/** Labels as rows of ten with a single 1. */
export function oneHot(t) {
  const rows = new Float32Array(10 * t.length);
  for (let i = 0; i < t.length; i++) rows[10 * i + t[i]] = 1;
  return rows;
}

/**
 * Times a run of work.steps calls of step(i), which give losses, with accuracy("train") and accuracy("test") when due. Where the budget
 * ends before the run, the rest is extrapolated from the second half of the steps made; and where the evaluations would take up the
 * budget, they are, from one of the test images.
 */
export async function training({ work, steps: asked, budget }, step, accuracy) {
  const every = asked ? undefined : work.evaluateEvery;
  const steps = asked || work.steps;
  const evaluations = every ? Math.floor((steps - 1) / every) + 2 : 0;
  const testSeconds = async () => {
    const start = now();
    await accuracy("test");
    return now() - start;
  };
  const evaluates = every && 7 * (await testSeconds()) * evaluations < budget / 2;
  const losses = [];
  const times = [];
  const start = now();
  let last = start;
  for (let i = 0; i < steps; i++) {
    if (evaluates && i % every === 0) {
      await accuracy("train");
      await accuracy("test");
      last = now();
    }
    const loss = step(i);
    losses.push(isPromise(loss) ? await loss : loss);
    const time = now();
    times.push(time - last);
    last = time;
    if (time - start > budget && i >= 8) break;
  }
  if (evaluates) await accuracy("train");
  const reached = every ? await accuracy("test") : undefined;
  const seconds = now() - start;
  const done = times.length;
  const result = {
    losses: losses.slice(0, 8).map(Number),
    lastLoss: Number(losses.at(-1)),
    accuracy: reached,
  };
  if (done === work.steps && (evaluates || !every)) return { ...result, seconds };
  const half = times.slice(done >> 1);
  const perStep = half.reduce((sum, time) => sum + time, 0) / half.length;
  const evaluating = every ? 7 * evaluations * (await testSeconds()) : 0;
  return { ...result, seconds: perStep * work.steps + evaluating, sample: `${done} of ${work.steps} steps` };
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The median of samples of some milliseconds each, of one call; a call may give a promise. */
export async function medianSeconds(call, budget, atLeast = 3) {
  const first = call();
  const isAsync = isPromise(first);
  await first;
  const sample = async (count) => {
    const start = now();
    if (isAsync) for (let i = 0; i < count; i++) await call();
    else for (let i = 0; i < count; i++) call();
    return now() - start;
  };
  let count = 1;
  // V8 compiles what runs often anew, for speed.
  const warm = now() + Math.min(0.15, budget / 2);
  for (;;) {
    const seconds = await sample(count);
    if (seconds < 0.003 && count < 2 ** 20) count *= 2;
    else if (now() >= warm) break;
  }
  const times = [];
  const end = now() + budget;
  while (times.length < atLeast || now() < end) {
    times.push((await sample(count)) / count);
    if (times.at(-1) * count > budget) break;
  }
  return median(times);
}

/** Numbers from −1 to 1 of a fixed sequence: those of numbers() in common.py. */
export function numbers(length, seed, dtype) {
  const out = dtype === "float32" ? new Float32Array(length) : new Float64Array(length);
  let state = seed;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    out[i] = state / 2 ** 31 - 1;
  }
  return out;
}

/** The products of work 3: squares, and of each layer of works 1 and 2 the three that training needs. */
export function matmulCases() {
  const { squares, layersOf } = works.matmul;
  const plain = { transposeA: false, transposeB: false };
  return [
    ...squares.map((n) => ({ what: `${n}³`, m: n, n, k: n, ...plain })),
    ...layersOf.flatMap((name) => {
      const { layers, batch: m } = works[name];
      return layers.slice(1).flatMap((o, index) => {
        const [i, number] = [layers[index], index + 1];
        return [
          { what: `${name} x·W${number}`, m, n: o, k: i, ...plain },
          { what: `${name} xᵀ·g${number}`, m: i, n: o, k: m, ...plain, transposeA: true },
          { what: `${name} g·W${number}ᵀ`, m, n: i, k: o, ...plain, transposeB: true },
        ];
      });
    }),
  ];
}

/** uᵀ·c·v for fixed u and v: a sum that every element of c has a part in. */
export function productCheck(c, m, n, [u, v]) {
  let total = 0;
  for (let i = 0; i < m; i++) {
    let row = 0;
    for (let j = 0; j < n; j++) row += c[i * n + j] * v[j];
    total += u[i] * row;
  }
  return total;
}

/**
 * Times all products of the peer's dtypes.
 *
 * @param prepare of { a, b, dtype, m, n, k, transposeA, transposeB }: { call, product, dispose? }, product() gives c as an array
 */
export async function matmuls({ budget }, prepare, dtypes = works.matmul.dtypes) {
  const cases = [];
  const pool = (seed, dtype) => numbers(1024 * 1024, seed, dtype);
  for (const dtype of dtypes) {
    const [left, right, ...probes] = [1, 2, 3, 4].map((seed) => pool(seed, dtype));
    for (const { what, ...shape } of matmulCases()) {
      const { m, n, k } = shape;
      const one = await prepare({ ...shape, dtype, a: left.slice(0, m * k), b: right.slice(0, k * n) });
      const seconds = await medianSeconds(one.call, budget / 40, 1);
      const check = productCheck(await one.product(), m, n, probes);
      one.dispose?.();
      cases.push({ what, dtype, flops: 2 * m * n * k, seconds, check });
    }
  }
  return { cases };
}

/**
 * Times the central difference of loss() by every parameter, one after the other; where the budget ends before, the rest is extrapolated.
 *
 * @param total how many parameters @param move (index, by) changes one, in the order w1, b1, w2, b2, each row by row
 */
export function centralDifferences({ work: { h, stride }, budget }, total, move, loss) {
  const gradient = new Float64Array(total);
  const start = now();
  let count = 0;
  while (count < total && (count < 100 || now() - start < budget)) {
    const at = (count * stride) % total;
    move(at, h);
    const plus = loss();
    move(at, -h);
    gradient[at] = (plus - loss()) / (2 * h);
    move(at, 0);
    count++;
  }
  const seconds = ((now() - start) * total) / count;
  const sample = count < total ? { sample: `${count} of ${total} parameters` } : {};
  return { seconds, check: strided(gradient, stride), ...sample };
}

/** Where each of parts that follow one another ends. */
export function runningSums(sizes) {
  let sum = 0;
  return sizes.map((size) => {
    sum += size;
    return sum;
  });
}

/** The hundred elements of a gradient that are compared. */
export function strided(gradient, stride) {
  return Array.from({ length: 100 }, (_, j) => gradient[(j * stride) % gradient.length]);
}

/** Times a network's answer to one image or to many, from a typed array to a typed array. */
export async function inference({ budget }, call) {
  const seconds = await medianSeconds(call, budget / 4, 5);
  return { seconds, check: Array.from((await call()).slice(0, 10)) };
}

export function argmax(y, at, length) {
  let best = 0;
  for (let j = 1; j < length; j++) if (y[at + j] > y[at + best]) best = j;
  return best;
}

/** The share of scores [n, 10] whose largest is the label's. */
export function shareRight(scores, t) {
  let right = 0;
  for (let i = 0; i < t.length; i++) if (argmax(scores, 10 * i, 10) === t[i]) right++;
  return right / t.length;
}

/** Runs one work of a peer. */
export async function run(peer, options) {
  const { name } = options;
  const why = peer.cannot?.[name];
  if (why) return { cannot: why };
  if (!peer.works[name]) return { cannot: "it has nothing for it" };
  return peer.works[name](context(options));
}
