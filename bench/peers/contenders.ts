// Who takes part, and how each is started.

import { lacks } from "../../test/runtime/wide/nodes.ts";

/** One library in one setting. */
export interface Contender {
  /** as in tables */
  readonly name: string;
  readonly kind: "kobai" | "javascript" | "native";
  /** the file in peers/ or, in a page, the peer's name there */
  readonly peer: string;
  readonly where: "node" | "python" | "page";
  readonly threads: number;
  /** kobai's wide build, in a Node that has it */
  readonly wide?: boolean;
  /** of its process */
  readonly environment?: Readonly<Record<string, string>>;
}

const kobai = (threads: number): Contender => ({
  name: threads === 1 ? "kobai" : `kobai, ${threads} threads`,
  kind: "kobai",
  peer: "kobai",
  where: "node",
  threads,
});

const wide = (threads: number): Contender => {
  const plain = kobai(threads);
  return { ...plain, name: plain.name.replace("kobai", "kobai, wide"), wide: true };
};

/** OpenBLAS and OpenMP take as many threads as they are told here. */
const blas = (openblas: number, openmp: number) => ({
  OPENBLAS_NUM_THREADS: String(openblas),
  OMP_NUM_THREADS: String(openmp),
});

const numpy = (threads: number): Contender => ({
  name: `NumPy, ${threads === 1 ? "1 thread" : `${threads} threads`}`,
  kind: "native",
  peer: "numpy_peer",
  where: "python",
  threads,
  environment: blas(threads, threads),
});

/**
 * A training step is at its best where OpenBLAS's threads are not in the way of PyTorch's own, large products where OpenBLAS has as many:
 * PyTorch takes part in both settings.
 */
const torch = (threads: number, openblas = 1): Contender => ({
  name: `PyTorch, ${threads === 1 ? "1 thread" : `${threads} threads`}${openblas > 1 ? " and OpenBLAS's" : ""}`,
  kind: "native",
  peer: "torch_peer",
  where: "python",
  threads,
  environment: blas(openblas, threads),
});

const inNode = (name: string, peer = name, threads = 1): Contender => ({
  name: threads === 1 ? name : `${name}, ${threads} threads`,
  kind: peer === "onnxruntime-node" ? "native" : "javascript",
  peer,
  where: "node",
  threads,
});

const inPage = (kind: Contender["kind"], peer: string, threads: number): Contender => ({
  name: `${peer} in Chromium, ${threads} threads`,
  kind,
  peer,
  where: "page",
  threads,
});

const THREADS = 2;

export const contenders: readonly Contender[] = [
  kobai(1),
  kobai(THREADS),
  ...(lacks ? [] : [wide(1), wide(THREADS)]),
  inPage("kobai", "kobai", THREADS),
  numpy(1),
  numpy(THREADS),
  torch(1),
  torch(THREADS),
  torch(THREADS, THREADS),
  inNode("onnxruntime-node"),
  inNode("onnxruntime-node", "onnxruntime-node", THREADS),
  inNode("onnxruntime-web"),
  inNode("onnxruntime-web", "onnxruntime-web", THREADS),
  inNode("jax-js"),
  inPage("javascript", "jax-js", THREADS),
  inNode("tfjs-wasm"),
  inPage("javascript", "tfjs-wasm", THREADS),
  inNode("tfjs-cpu"),
  inNode("convnetjs"),
  inNode("brain.js", "brain"),
  inNode("ml-matrix"),
];
