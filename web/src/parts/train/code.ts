// The run as a program for Node, which ends at the same weights.

import type { Dataset } from "kobai";
import type { LayerDescription, OptimizerDescription } from "kobai/worker";
import { base64 } from "../../shared/files.ts";
import type { Prepared } from "./data.ts";
import { type DataKind, isFetched } from "./data-kinds.ts";
import { goesOn, isDescription, layersOf, type Segment, type Spec } from "./spec.ts";

/** Arguments that come first, without a name, by the kinds that have one. */
const unnamed: Readonly<Record<string, string>> = {
  dense: "units",
  ...of("filters", "conv2d", "conv1d", "separableConv2d", "convTranspose2d"),
  ...of("window", "maxPool2d", "avgPool2d", "maxPool1d", "avgPool1d"),
  ...of("factor", "upsample2d", "upsample1d"),
  ...of("rate", "dropout", "spatialDropout", "weightDecay"),
  ...of("limit", "clipByGlobalNorm", "clipByNorm", "clipByValue"),
  groupNorm: "groups",
  permute: "axes",
  reshape: "shape",
  accumulate: "steps",
  movingAverage: "decay",
  group: "of",
};

function of(name: string, ...kinds: readonly string[]) {
  return Object.fromEntries(kinds.map((kind) => [kind, name]));
}

interface Described {
  readonly kind: string;
  readonly [option: string]: unknown;
}

/** The call that makes what a description says. */
function call({ kind, layers, ...options }: Described): string {
  // What is the only or first argument has no name, and layers are arguments one by one.
  const { [unnamed[kind] ?? ""]: first, ...named } = options;
  const given = Object.entries(named).map(([name, value]) => `${name}: ${argument(value)}`);
  const list = [
    ...(first === undefined ? [] : [argument(first)]),
    ...(Array.isArray(layers) ? layers.map(argument) : []),
    ...(given.length ? [`{ ${given.join(", ")} }`] : []),
  ];
  return `${kind}(${list.join(", ")})`;
}

function argument(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(argument).join(", ")}]`;
  return isDescription(value) ? call(value) : JSON.stringify(value);
}

/** @param isLoaded whether the run began with weights of a file */
export function codeOf(spec: Spec, log: readonly Segment[], data: Prepared, isLoaded = false): string {
  const layers = layersOf(spec, data.classes);
  const network = ({ dropout }: Partial<Segment>) =>
    `sequential([${layersOf(spec, data.classes, dropout).map(argument).join(", ")}], ${made});`;
  const made = `{ input: ${JSON.stringify(data.input)}, seed: ${spec.seed} }`;
  const isRemade = log.some((each) => network(each) !== network({}));
  const optimizers = log.length > 0 ? log.map(({ optimizer }) => optimizer) : [];
  const names = new Set([
    "crossEntropy",
    "init",
    "sequential",
    ...(isRemade ? ["checkpoint", "restore"] : []),
    ...layers.flatMap((layer) => kindsIn(layer)),
    ...optimizers.flatMap((optimizer) => kindsIn(optimizer as LayerDescription)),
    ...(isFetched(spec.data) ? [] : ["tensor"]),
  ]);
  const lines = [
    `import { ${[...names].sort().join(", ")} } from "kobai";`,
    ...(isFetched(spec.data) ? [`import { ${spec.data} } from "kobai/data";`] : []),
    `import { ${isLoaded ? "loadSafetensors, " : ""}sha256 } from "kobai/io";`,
    "",
    "await init();",
    ...dataLines(spec.data, data),
    `const layers = [${layers.map(argument).join(", ")}];`,
    `${isRemade ? "let" : "const"} net = sequential(layers, ${made});`,
    ...(isLoaded ? ['net.load((await loadSafetensors("weights.safetensors")).tensors);'] : []),
  ];
  let last: OptimizerDescription | undefined;
  let net = network({});
  for (const segment of log) {
    const { optimizer, batchSize, steps } = segment;
    if (net !== network(segment)) {
      net = network(segment);
      lines.push(
        "{ // The same network, which drops at another rate from here on.",
        "  const before = net;",
        `  net = ${net}`,
        "  await restore(net, checkpoint(before));",
        "}",
      );
    }
    if (last && goesOn(last, optimizer)) lines.push(`optimizer.lr = ${argument(optimizer.lr)};`);
    else lines.push(`${last ? "" : "let "}optimizer = ${argument(optimizer)};`);
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
  const inside = Object.values(options).flat().filter(isDescription);
  return [kind, ...inside.flatMap(kindsIn)];
}

function dataLines(kind: DataKind, { input, train: { x, t, scale } }: Prepared): string[] {
  if (isFetched(kind)) {
    if (input.length === 1) return [`const { train } = await ${kind}();`];
    return [
      `const { train: rows } = await ${kind}();`,
      `const train = { ...rows, x: { ...rows.x, shape: ${JSON.stringify(x.shape)} } };`,
    ];
  }
  return [
    `const x = tensor(${elements(x)}, ${JSON.stringify(x.shape)});`,
    `const t = tensor(${elements(t)});`,
    `const train = { x, t${scale === undefined ? "" : `, scale: ${scale}`} };`,
  ];
}

/** Numbers one by one; bytes of images would fill pages, and stand as base64. */
function elements({ data }: Dataset["x"]): string {
  const bytes = data instanceof Uint8Array;
  if (bytes && data.length > 10_000) return `new Uint8Array(Buffer.from("${base64(data)}", "base64"))`;
  return `${bytes ? "Uint8Array" : "Float32Array"}.from(${numbers(data)})`;
}

const numbers = (data: ArrayLike<number>) =>
  JSON.stringify(Array.from(data, (each) => Number(each.toPrecision(9))));
