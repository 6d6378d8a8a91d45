import { readFileSync } from "node:fs";
import { convolve2d } from "../src/graph/ops/conv.ts";
import { input, type Value } from "../src/graph/value.ts";
import { init } from "../src/index.ts";
import { size, type TypedArray } from "../src/tensor.ts";
import { clock } from "./harness.ts";
import { floats, numbers, program } from "./program.ts";
const file = process.argv[2]!;
await init({ extension: readFileSync(file) });
const rounds = Number(process.argv[3] ?? 40);
const out: Record<string, number> = {};
for (const [what, image, filters] of [["64", [16, 16, 16, 64], 64], ["16", [100, 14, 14, 16], 32], ["3", [32, 32, 32, 3], 32], ["128", [16, 8, 8, 128], 128]] as const) {
  const x = input("x", image, "float32"); const w = input("w", [3, 3, image[3], filters], "float32");
  const y = convolve2d(x, w, { padding: "same" }); const g = input("g", y.shape, "float32");
  const [bx, bw] = y.node.operation.gradient!(y.node, g) as [Value, Value];
  const given = new Map<Value, TypedArray>([x, w, g].map((leaf, seed) => [leaf, numbers(floats("float32", size(leaf.shape)), seed + 1)]));
  const flops = 2 * size(w.shape) * size(y.shape.slice(0, 3));
  for (const [name, value] of [["W", bw], ["x", bx]] as const) {
    const one = program([value], given);
    for (let i = 0; i < 20; i++) one.run(1);
    let best = Infinity;
    for (let i = 0; i < rounds; i++) { const t = clock(); one.run(1); best = Math.min(best, clock() - t); }
    out[`${what} ${name}`] = Math.round(flops / best / 1e8) / 10;
    one.dispose();
  }
}
console.log(JSON.stringify(out));
