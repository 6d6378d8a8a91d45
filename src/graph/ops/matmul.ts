import { Activation, MatmulArg, TRANSPOSE_A, TRANSPOSE_B } from "../../../assembly/isa/gemm.ts";
import { Op } from "../../../assembly/isa/index.ts";
import { SparseMatmulArg, SparseMatmulGradientArg } from "../../../assembly/isa/sparse.ts";
import { flag, options } from "../../check.ts";
import { ShapeError } from "../../errors.ts";
import {
  matmulWorkspaceBytes,
  sparseGradientWorkspaceBytes,
  sparseWorkspaceBytes,
} from "../../runtime/matmul-workspace.ts";
import {
  apply,
  type Emitter,
  type Finish,
  type Node,
  type Operation,
  sameFloat,
  type Value,
} from "../value.ts";

export interface MatmulOptions {
  /** Multiply by the transpose of a, which is stored [k, m]. Default false. */
  transposeA?: boolean;
  /** Multiply by the transpose of b, which is stored [n, k]. Default false. */
  transposeB?: boolean;
}

interface Transposed {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** The sizes of a product, whatever the orientation of its factors. @throws ShapeError */
function sizes(op: string, a: Value, b: Value, { transposeA, transposeB }: Transposed) {
  const shapes = ShapeError.describe({ a: a.shape, b: b.shape });
  if (a.shape.length !== 2 || b.shape.length !== 2) {
    throw new ShapeError(
      op,
      `${shapes}; both must be matrices (two axes): reshape or flatten first`,
      a.shape,
      b.shape,
    );
  }
  const [m, k] = transposeA ? [a.shape[1]!, a.shape[0]!] : [a.shape[0]!, a.shape[1]!];
  const [inner, n] = transposeB ? [b.shape[1]!, b.shape[0]!] : [b.shape[0]!, b.shape[1]!];
  if (k !== inner) {
    const axis = (transposed: boolean, last: boolean) => (transposed !== last ? "last" : "first");
    throw new ShapeError(
      op,
      `inner sizes differ: ${shapes}; a's ${axis(transposeA, true)} axis (${k}) must equal b's ${axis(transposeB, false)} (${inner})`,
      a.shape,
      b.shape,
    );
  }
  return { m, n, k };
}

/** c = op(a)·op(b) */
export const matmulOperation: Operation<Transposed> = {
  name: "matmul",
  get finished() {
    return affineOperation;
  },
  infer([a, b], attributes) {
    const { m, n } = sizes("matmul", a!, b!, attributes);
    return [{ shape: [m, n], dtype: sameFloat("matmul", a!, b!) }];
  },
  multiplyAdds({ inputs: [a, b], attributes }) {
    const { m, n, k } = sizes("matmul", a!, b!, attributes);
    return m * n * k;
  },
  // C = A·B: dA = G·Bᵀ and dB = Aᵀ·G; where a factor is stored transposed, so is its gradient.
  gradient({ inputs, attributes: { transposeA, transposeB } }, g) {
    const [a, b] = inputs as [Value, Value];
    return [
      transposeA
        ? matmul(b, g, { transposeA: transposeB, transposeB: true })
        : matmul(g, b, { transposeB: !transposeB }),
      transposeB
        ? matmul(g, a, { transposeA: true, transposeB: transposeA })
        : matmul(a, g, { transposeA: !transposeA }),
    ];
  },
  workspace: workspaceOf,
  emit: (node, emitter) => emitMatmul(node, emitter, {}),
};

/**
 * The matrix product c[i, j] = Σ a[i, k]·b[k, j] (`matmul` of NumPy, for two matrices; book 3.3.2).
 *
 * Each element is the sum over k in increasing order, beyond 1,024 terms 384 at a time: the same bits everywhere.
 * @param a [m, k], or [k, m] with `transposeA`
 * @param b [k, n], or [n, k] with `transposeB`
 * @returns [m, n]
 * @throws ShapeError where either is not a matrix or the inner sizes differ @throws OptionError for options that there are not
 * @example
 * ```ts
 * import { constant, layer, sequential } from "kobai";
 * import { matmul } from "kobai/ops";
 * using net = sequential([layer("linear", (x, { parameter }) => matmul(x, parameter("weight", [2, 3], constant(1))))], { input: [2] });
 * [...net.predict([[1, 2]]).data]; // [3, 3, 3]
 * ```
 */
export function matmul(a: Value, b: Value, given?: MatmulOptions): Value {
  const rules = { transposeA: flag, transposeB: flag };
  const { transposeA = false, transposeB = false } = options("matmul", given, rules);
  return apply(matmulOperation, [a, b], { transposeA, transposeB });
}

/** Attributes of the fused affine op, whose inputs begin with a and b. */
export type AffineAttributes = Transposed & Finish;

/**
 * activation(op(a)·op(b) + bias) in one instruction. Nobody writes it: fusion makes it of matmul, add and an activation (or an
 * activation's gradient), after differentiation, which is why it needs no gradient rule.
 */
export const affineOperation: Operation<AffineAttributes> = {
  name: "affine",
  get finished() {
    return affineOperation;
  },
  infer([a, b], attributes) {
    const { m, n } = sizes("affine", a!, b!, attributes);
    return [{ shape: [m, n], dtype: a!.dtype }];
  },
  workspace: workspaceOf,
  emit(node, emitter) {
    const { bias, activation } = node.attributes;
    const extra = node.inputs.slice(2).map((value) => emitter.address(value));
    const biasAddress = bias ? extra.shift() : 0;
    emitMatmul(node, emitter, { bias: biasAddress ?? 0, activation, output: extra[0] ?? 0 });
  },
};

function workspaceOf(node: Node<Transposed>, isCompressed: (value: Value) => boolean): number {
  const [a, b] = node.inputs as [Value, Value];
  const { m, n, k } = sizes("matmul", a, b, node.attributes);
  const elementBytes = a.dtype === "float64" ? 8 : 4;
  if (isCompressed(a)) {
    return node.attributes.transposeA
      ? sparseGradientWorkspaceBytes(k, n, m, elementBytes)
      : sparseWorkspaceBytes(m, k, elementBytes);
  }
  return matmulWorkspaceBytes(m, n, k, elementBytes);
}

/**
 * Whether a graph reads `x` in no other way than as the left factor of matmul, so that it may be held as compressed rows: then its
 * gradient graph reads it as xᵀ·g, and in no other way either.
 */
export function readsOnlyAsRows(order: readonly Node[], x: Value): boolean {
  return order.every((node) => {
    if (!node.inputs.includes(x)) return true;
    if (node.operation.view) {
      const output = node.outputs[0]!;
      return output.shape.length === 2 && output.shape[0] === x.shape[0] && readsOnlyAsRows(order, output);
    }
    if ((node.operation as Operation<never>) !== (matmulOperation as Operation<never>)) return false;
    const { transposeA, transposeB } = node.attributes as Transposed;
    return node.inputs[0] === x && node.inputs[1] !== x && !transposeA && !transposeB;
  });
}

function emitMatmul(
  node: Node<Transposed>,
  emitter: Emitter,
  { bias = 0, activation = Activation.identity, output = 0 },
): void {
  const [a, b] = node.inputs as [Value, Value];
  const { transposeA, transposeB } = node.attributes;
  const { m, n, k } = sizes("matmul", a, b, node.attributes);
  const { workspace, workspaceBytes } = emitter;
  const c = emitter.address(node.outputs[0]!);
  const compressed = emitter.compressed(a);
  if (compressed) {
    const { rows, source, scale } = compressed;
    const right = emitter.address(b);
    // One element in five is not zero.
    const sparseCost = 0.01 * m * n * k;
    if (transposeA) {
      emitter.emit<SparseMatmulGradientArg>(
        Op.sparseMatmulGradient,
        a.dtype,
        {
          [SparseMatmulGradientArg.m]: k,
          [SparseMatmulGradientArg.n]: n,
          [SparseMatmulGradientArg.k]: m,
          [SparseMatmulGradientArg.rows]: rows,
          [SparseMatmulGradientArg.source]: source,
          [SparseMatmulGradientArg.scale]: scale,
          [SparseMatmulGradientArg.g]: right,
          [SparseMatmulGradientArg.c]: c,
          [SparseMatmulGradientArg.bias]: bias,
          [SparseMatmulGradientArg.activation]: activation,
          [SparseMatmulGradientArg.output]: output,
          [SparseMatmulGradientArg.workspace]: workspace,
          [SparseMatmulGradientArg.workspaceBytes]: workspaceBytes,
        },
        sparseCost,
      );
    } else {
      emitter.emit<SparseMatmulArg>(
        Op.sparseMatmul,
        a.dtype,
        {
          [SparseMatmulArg.m]: m,
          [SparseMatmulArg.n]: n,
          [SparseMatmulArg.k]: k,
          [SparseMatmulArg.rows]: rows,
          [SparseMatmulArg.source]: source,
          [SparseMatmulArg.scale]: scale,
          [SparseMatmulArg.b]: right,
          [SparseMatmulArg.c]: c,
          [SparseMatmulArg.bias]: bias,
          [SparseMatmulArg.activation]: activation,
          [SparseMatmulArg.workspace]: workspace,
          [SparseMatmulArg.workspaceBytes]: workspaceBytes,
        },
        sparseCost,
      );
    }
    return;
  }
  emitter.emit<MatmulArg>(
    Op.matmul,
    a.dtype,
    {
      [MatmulArg.m]: m,
      [MatmulArg.n]: n,
      [MatmulArg.k]: k,
      [MatmulArg.a]: emitter.address(a),
      [MatmulArg.b]: emitter.address(b),
      [MatmulArg.c]: c,
      [MatmulArg.transposed]: (transposeA ? TRANSPOSE_A : 0) | (transposeB ? TRANSPOSE_B : 0),
      [MatmulArg.bias]: bias,
      [MatmulArg.activation]: activation,
      [MatmulArg.output]: output,
      [MatmulArg.workspace]: workspace,
      [MatmulArg.workspaceBytes]: workspaceBytes,
    },
    (m * n * k) / 29,
  );
}
