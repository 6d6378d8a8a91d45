// Measures how far exp, log, tanh and sigmoid are from the exact result: float32 over all 2^32 inputs against Math.* in float64,
// float64 over a sample against 200-bit arithmetic. The bounds stated above the kernels come from here. Takes minutes.
//
//     node scripts/run.js bench/ulp.ts [function …]

import { UnaryArg } from "../assembly/isa/elementwise.ts";
import { DType, Op, Word } from "../assembly/isa/index.ts";
import { instantiate } from "../test/assembly/instance.ts";
import { ulp64 } from "../test/reference/exact.ts";

const CHUNK = 1 << 16;
const INSTRUCTION = 1024;
const IN = 4096;
const OUT = IN + 8 * CHUNK + 64;
const SAMPLES_64 = 400_000;

interface Case {
  readonly op: Op;
  readonly exact: (x: number) => number;
  /** a random float64 where the function is interesting; u is uniform in (−1, 1), scale takes the values 0, 1, 2 */
  readonly sample: (u: number, scale: number) => number;
}

const cases: Record<"exp" | "log" | "tanh" | "sigmoid", Case> = {
  exp: { op: Op.exp, exact: Math.exp, sample: (u, scale) => u * [1, 20, 745][scale]! },
  log: { op: Op.log, exact: Math.log, sample: (u, scale) => 2 ** (u * [0.6, 8, 1022][scale]!) },
  tanh: { op: Op.tanh, exact: Math.tanh, sample: (u, scale) => u * [0.6, 3, 20][scale]! },
  sigmoid: {
    op: Op.sigmoid,
    exact: (x) => (x < 0 ? Math.exp(x) : 1) / (1 + Math.exp(-Math.abs(x))),
    sample: (u, scale) => u * [2, 40, 745][scale]!,
  },
};

interface Worst {
  ulp: number;
  x: number;
}

const { memory, execute } = instantiate();
memory.grow(Math.max(0, Math.ceil((OUT + 8 * CHUNK + 64 - memory.buffer.byteLength) / 65_536)));

function run(op: Op, dtype: DType): void {
  const words = new Uint32Array(memory.buffer, INSTRUCTION, 16);
  words[Word.op] = op;
  words[Word.dtype] = dtype;
  words[UnaryArg.out] = OUT;
  words[UnaryArg.a] = IN;
  words[UnaryArg.n] = CHUNK;
  execute(INSTRUCTION, 0, 1);
}

/** The last place of a float32 by its exponent field. */
const UNIT = Float64Array.from({ length: 256 }, (_, exponent) => 2 ** (Math.max(exponent, 1) - 150));

function measure32(name: string, { op, exact }: Case): Worst {
  const x = new Float32Array(memory.buffer, IN, CHUNK);
  const bits = new Uint32Array(memory.buffer, IN, CHUNK);
  const y = new Float32Array(memory.buffer, OUT, CHUNK);
  const rounded = new Float32Array(1);
  const roundedBits = new Uint32Array(rounded.buffer);
  const worst: Worst = { ulp: 0, x: Number.NaN };
  for (let start = 0; start < 2 ** 32; start += CHUNK) {
    for (let i = 0; i < CHUNK; i++) bits[i] = start + i;
    run(op, DType.float32);
    for (let i = 0; i < CHUNK; i++) {
      const expected = exact(x[i]!);
      rounded[0] = expected;
      let ulp = Math.abs(y[i]! - expected) / UNIT[(roundedBits[0]! >>> 23) & 255]!;
      if (!(ulp < 1e9)) {
        // Infinity and NaN on either side
        ulp = Object.is(y[i], rounded[0]) ? 0 : Number.POSITIVE_INFINITY;
      }
      if (ulp > worst.ulp) {
        worst.ulp = ulp;
        worst.x = x[i]!;
      }
    }
    if (start % 2 ** 28 === 0) {
      process.stderr.write(`\r${name} float32 ${Math.round((100 * start) / 2 ** 32)} %   `);
    }
  }
  process.stderr.write("\r");
  return worst;
}

function measure64(name: "exp" | "log" | "tanh" | "sigmoid", { op, sample }: Case): Worst {
  const x = new Float64Array(memory.buffer, IN, CHUNK);
  const y = new Float64Array(memory.buffer, OUT, CHUNK);
  const worst: Worst = { ulp: 0, x: Number.NaN };
  for (let start = 0; start < SAMPLES_64; start += CHUNK) {
    for (let i = 0; i < CHUNK; i++) x[i] = sample(Math.random() * 2 - 1, i % 3);
    run(op, DType.float64);
    for (let i = 0; i < CHUNK; i++) {
      const ulp = Number.isFinite(y[i]) ? ulp64(name, x[i]!, y[i]!) : 0;
      if (ulp > worst.ulp) {
        worst.ulp = ulp;
        worst.x = x[i]!;
      }
    }
    process.stderr.write(`\r${name} float64 ${Math.round((100 * start) / SAMPLES_64)} %   `);
  }
  process.stderr.write("\r");
  return worst;
}

const asked = process.argv.slice(2);
for (const name of ["exp", "log", "tanh", "sigmoid"] as const) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  const double = measure64(name, cases[name]);
  console.log(`${name} float64: ${double.ulp.toFixed(4)} ULP at ${double.x}`);
  const single = measure32(name, cases[name]);
  console.log(`${name} float32: ${single.ulp.toFixed(4)} ULP at ${single.x}`);
}
