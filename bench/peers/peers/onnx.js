// Writes ONNX models, as little of the format (onnx.proto3) as the two here need: fields of protocol buffers, one inside another.

const VARINT = 0;
const BYTES = 2;
const text = new TextEncoder();

function varint(value) {
  const bytes = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return [...bytes, rest];
}

function concat(parts) {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** A field of this number: an integer, a string, or the bytes of a message. */
function field(number, value) {
  if (typeof value === "number") return concat([varint(number * 8 + VARINT), varint(value)]);
  const bytes = typeof value === "string" ? text.encode(value) : value;
  return concat([varint(number * 8 + BYTES), varint(bytes.length), bytes]);
}

const message = (...fields) => concat(fields.flat());
const ELEMENT = { float32: 1, float64: 11 };

function valueInfo(name, dtype, shape) {
  const dimensions = shape.map((n) => field(1, message(field(1, n))));
  const tensorType = message(field(1, ELEMENT[dtype]), field(2, message(dimensions)));
  return message(field(1, name), field(2, message(field(1, tensorType))));
}

function constant(name, data, shape) {
  const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const dimensions = shape.map((n) => field(1, n));
  return message(dimensions, field(2, ELEMENT.float32), field(8, name), field(9, raw));
}

function node(op, inputs, output, integers = {}) {
  const INT = 2;
  const attributes = Object.entries(integers).map(([name, value]) =>
    field(5, message(field(1, name), field(3, value), field(20, INT))),
  );
  return message(
    inputs.map((name) => field(1, name)),
    field(2, output),
    field(4, op),
    attributes,
  );
}

/** @param inputs and outputs: as from valueInfo; constants: as from constant */
function model(nodes, constants, inputs, outputs) {
  const graph = message(
    nodes.map((one) => field(1, one)),
    field(2, "graph"),
    constants.map((one) => field(5, one)),
    inputs.map((one) => field(11, one)),
    outputs.map((one) => field(12, one)),
  );
  const opset = message(field(1, ""), field(2, 13));
  return message(field(1, 7), field(7, graph), field(8, opset));
}

/** x [batch, first] through Gemm and ReLU in turns, to y [batch, last]; layers as context.weights gives them. */
export function networkModel(layers, batch) {
  const nodes = layers.flatMap((_, i) => {
    const isLast = i === layers.length - 1;
    const from = i === 0 ? "x" : `z${i - 1}`;
    const gemm = node("Gemm", [from, `w${i}`, `b${i}`], isLast ? "y" : `s${i}`);
    return isLast ? [gemm] : [gemm, node("Relu", [`s${i}`], `z${i}`)];
  });
  const constants = layers.flatMap(({ w, b, inputs, outputs }, i) => [
    constant(`w${i}`, w, [inputs, outputs]),
    constant(`b${i}`, b, [outputs]),
  ]);
  const input = valueInfo("x", "float32", [batch, layers[0].inputs]);
  return model(nodes, constants, [input], [valueInfo("y", "float32", [batch, layers.at(-1).outputs])]);
}

/** a·b = c, each transposed where asked. */
export function matmulModel({ dtype, m, n, k, transposeA, transposeB }) {
  const isPlain = !transposeA && !transposeB;
  const product = isPlain
    ? node("MatMul", ["a", "b"], "c")
    : node("Gemm", ["a", "b"], "c", { transA: Number(transposeA), transB: Number(transposeB) });
  const a = valueInfo("a", dtype, transposeA ? [k, m] : [m, k]);
  const b = valueInfo("b", dtype, transposeB ? [n, k] : [k, n]);
  return model([product], [], [a, b], [valueInfo("c", dtype, [m, n])]);
}
