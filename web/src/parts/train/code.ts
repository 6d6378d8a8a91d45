// The run as a program for Node, which ends at the same weights.

import type { LayerDescription, OptimizerDescription } from "kobai/worker";
import type { Prepared } from "./data.ts";
import { layersOf, type Segment, type Spec } from "./spec.ts";

/** Arguments that come first, without a name. */
const unnamed = ["units", "filters", "window", "factor", "groups", "rate"];

/** The call that makes what a description says. */
function call({ kind, ...options }: { readonly kind: string; readonly [option: string]: unknown }): string {
  // What is the only or first argument has no name.
  const [first] = Object.keys(options).filter((name) => unnamed.includes(name));
  const { [first ?? ""]: value, ...named } = options;
  const given = Object.entries(named).map(([name, value]) => `${name}: ${argument(value)}`);
  const list = [
    ...(first === undefined ? [] : [String(value)]),
    ...(given.length ? [`{ ${given.join(", ")} }`] : []),
  ];
  return `${kind}(${list.join(", ")})`;
}

function argument(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(argument).join(", ")}]`;
  const isDescription = typeof value === "object" && value !== null && "kind" in value;
  return isDescription ? call(value as { kind: string }) : JSON.stringify(value);
}

function optimizerCall(optimizer: OptimizerDescription): string {
  return call(optimizer as { kind: string });
}

export function codeOf(spec: Spec, log: readonly Segment[], data: Prepared): string {
  const layers = layersOf(spec, data.classes);
  const optimizers = log.length > 0 ? log.map(({ optimizer }) => optimizer) : [];
  const names = new Set([
    "crossEntropy",
    "init",
    "sequential",
    ...layers.flatMap((layer) => kindsIn(layer)),
    ...optimizers.flatMap((optimizer) => kindsIn(optimizer as LayerDescription)),
    ...(data.images ? [] : ["tensor"]),
  ]);
  const lines = [
    `import { ${[...names].sort().join(", ")} } from "kobai";`,
    ...(data.images ? ['import { mnist } from "kobai/data";'] : []),
    'import { sha256 } from "kobai/io";',
    "",
    "await init();",
    ...dataLines(data),
    `const layers = [${layers.map((layer) => call(layer as { kind: string })).join(", ")}];`,
    `const net = sequential(layers, { input: ${JSON.stringify(data.input)}, seed: ${spec.seed} });`,
  ];
  let last: OptimizerDescription | undefined;
  for (const { optimizer, batchSize, steps } of log) {
    const { lr: _, ...others } = optimizer;
    const { lr: __, ...before } = last ?? {};
    if (last && JSON.stringify(others) === JSON.stringify(before))
      lines.push(`optimizer.lr = ${argument(optimizer.lr)};`);
    else lines.push(`${last ? "" : "let "}optimizer = ${optimizerCall(optimizer)};`);
    last = optimizer;
    const batch = Math.min(batchSize, data.train.t.shape[0]!);
    lines.push(
      `await net.fit(train, { loss: crossEntropy(), optimizer, batchSize: ${batch}, steps: ${steps} });`,
    );
  }
  lines.push("console.log(await sha256(net.params));");
  return `${lines.join("\n")}\n`;
}

/** The kinds of a description and of those in its options. */
function kindsIn({ kind, ...options }: LayerDescription): string[] {
  const inside = Object.values(options)
    .flat()
    .filter(
      (option): option is LayerDescription =>
        typeof option === "object" && option !== null && "kind" in option,
    );
  return [kind, ...inside.flatMap(kindsIn)];
}

function dataLines({ images, input, train: { x, t } }: Prepared): string[] {
  if (images && input.length === 1) return ["const { train } = await mnist();"];
  if (images) {
    return [
      "const { train: rows } = await mnist();",
      `const train = { ...rows, x: { ...rows.x, shape: ${JSON.stringify(x.shape)} } };`,
    ];
  }
  return [
    `const x = tensor(Float32Array.from(${numbers(x.data)}), ${JSON.stringify(x.shape)});`,
    `const t = tensor(Uint8Array.from(${numbers(t.data)}));`,
    "const train = { x, t };",
  ];
}

const numbers = (data: ArrayLike<number>) =>
  JSON.stringify(Array.from(data, (each) => Number(each.toPrecision(9))));
