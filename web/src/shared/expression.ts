// Expressions that are typed: jsep parses them, and what it gives becomes a graph of the operations below. Nothing is run as code.

import jsep from "jsep";

/** What an operation gives, and the derivative of that by each of its operands; `y` is what it gave. */
interface Operation {
  readonly value: (...operands: number[]) => number;
  readonly derivatives: (y: number, ...operands: number[]) => readonly number[];
  /** as a reader writes it */
  readonly text: (...operands: string[]) => string;
}

/** A negative number behind or below a sign stands in parentheses. */
const closed = (operand: string) => (operand.startsWith("-") ? `(${operand})` : operand);
const infix = (sign: string) => (a: string, b: string) => `${a} ${sign} ${closed(b)}`;
const named = (name: string) => (a: string) => `${name}(${a})`;
const unary = (
  name: string,
  value: (a: number) => number,
  derivative: (y: number, a: number) => number,
): Operation => ({ value, derivatives: (y, a) => [derivative(y, a)], text: named(name) });

export const product = infix("×");

export const operations: Readonly<Record<string, Operation>> = {
  "+": { value: (a, b) => a + b, derivatives: () => [1, 1], text: infix("+") },
  "-": { value: (a, b) => a - b, derivatives: () => [1, -1], text: infix("−") },
  "*": { value: (a, b) => a * b, derivatives: (_, a, b) => [b, a], text: infix("×") },
  "/": { value: (a, b) => a / b, derivatives: (_, a, b) => [1 / b, -a / (b * b)], text: infix("÷") },
  "^": {
    value: (a, b) => a ** b,
    // By the exponent only where the base has a logarithm.
    derivatives: (y, a, b) => [b * a ** (b - 1), a > 0 ? y * Math.log(a) : 0],
    text: (a, b) => `${closed(a)}^${closed(b)}`,
  },
  neg: { value: (a) => -a, derivatives: () => [-1], text: (a) => `−${closed(a)}` },
  sin: unary("sin", Math.sin, (_, a) => Math.cos(a)),
  cos: unary("cos", Math.cos, (_, a) => -Math.sin(a)),
  tan: unary("tan", Math.tan, (y) => 1 + y * y),
  exp: unary("exp", Math.exp, (y) => y),
  log: unary("log", Math.log, (_, a) => 1 / a),
  sqrt: unary("sqrt", Math.sqrt, (y) => 1 / (2 * y)),
  abs: unary("abs", Math.abs, (_, a) => Math.sign(a)),
  tanh: unary("tanh", Math.tanh, (y) => 1 - y * y),
  sigmoid: unary(
    "sigmoid",
    (a) => 1 / (1 + Math.exp(-a)),
    (y) => y * (1 - y),
  ),
  relu: unary(
    "relu",
    (a) => Math.max(0, a),
    (_, a) => (a > 0 ? 1 : 0),
  ),
  max: {
    value: Math.max,
    derivatives: (_, a, b) => [a >= b ? 1 : 0, a >= b ? 0 : 1],
    text: (a, b) => `max(${a}, ${b})`,
  },
  min: {
    value: Math.min,
    derivatives: (_, a, b) => [a <= b ? 1 : 0, a <= b ? 0 : 1],
    text: (a, b) => `min(${a}, ${b})`,
  },
};

/** The names that stand for functions. */
export const functionNames = Object.keys(operations).filter(
  (name) => /^[a-z]+$/.test(name) && name !== "neg",
);

const constants: Readonly<Record<string, number>> = { pi: Math.PI, e: Math.E };

/** A step of an expression: an operation on earlier steps, a variable, or a number. */
export type Node =
  | { readonly kind: "operation"; readonly operation: string; readonly inputs: readonly number[] }
  | { readonly kind: "variable"; readonly name: string }
  | { readonly kind: "number"; readonly value: number };

/** An expression as steps in order; the last is its value. */
export type Graph = readonly Node[];

/** What is wrong with an expression, and of what: a name with those there are, a function with how many values it takes, a place. */
export type Fault =
  | { readonly kind: "empty" | "long" | "syntax" }
  | { readonly kind: "place"; readonly at: number }
  | { readonly kind: "name"; readonly name: string; readonly known: readonly string[] }
  | { readonly kind: "count"; readonly name: string; readonly count: number };

/** Thrown by `parse`. */
export class ExpressionError extends Error {
  readonly fault: Fault;

  constructor(fault: Fault) {
    super(JSON.stringify(fault));
    this.fault = fault;
  }
}

jsep.removeBinaryOp("^");
jsep.addBinaryOp("^", 12, true);
// A sign is of the whole power, as mathematicians read it: -x^2 is -(x^2). In JavaScript, which jsep follows, it is of the base alone.
jsep.hooks.add("gobble-token", function (found) {
  const operator = this.char;
  if (operator !== "-" && operator !== "+") return;
  this.index++;
  found.node = { type: "UnaryExpression", operator, argument: powerOf(this), prefix: true };
});

/** What comes next, with its exponents. */
function powerOf(parser: jsep.HookScope): jsep.Expression {
  const base = parser.gobbleToken();
  if (!base) return parser.throwError("a sign of nothing");
  const behind = parser.index;
  const operator = parser.gobbleBinaryOp() as unknown as string | false;
  if (operator === "^" || operator === "**")
    return { type: "BinaryExpression", operator, left: base, right: powerOf(parser) };
  parser.index = behind;
  return base;
}

const [MOST_NODES, MOST_CHARACTERS] = [200, 1000];

/**
 * Parses an expression.
 *
 * @param variables the names that it may have
 * @throws ExpressionError
 */
export function parse(text: string, variables: readonly string[]): Graph {
  const nodes: Node[] = [];
  const known = new Map<string, number>();
  const add = (node: Node): number => {
    if (nodes.length >= MOST_NODES) throw new ExpressionError({ kind: "long" });
    // A variable is one node, however often it is read.
    const key = node.kind === "variable" ? node.name : undefined;
    const before = key === undefined ? undefined : known.get(key);
    if (before !== undefined) return before;
    nodes.push(node);
    if (key !== undefined) known.set(key, nodes.length - 1);
    return nodes.length - 1;
  };
  const walk = (expression: jsep.Expression): number => {
    switch (expression.type) {
      case "Literal": {
        const { value } = expression as jsep.Literal;
        if (typeof value === "number") return add({ kind: "number", value });
        break;
      }
      case "Identifier": {
        const { name } = expression as jsep.Identifier;
        if (variables.includes(name)) return add({ kind: "variable", name });
        if (Object.hasOwn(constants, name)) return add({ kind: "number", value: constants[name]! });
        throw new ExpressionError({ kind: "name", name, known: [...variables, ...Object.keys(constants)] });
      }
      case "UnaryExpression": {
        const { operator, argument } = expression as jsep.UnaryExpression;
        if (operator === "-") return add({ kind: "operation", operation: "neg", inputs: [walk(argument)] });
        if (operator === "+") return walk(argument);
        break;
      }
      case "BinaryExpression": {
        const { operator, left, right } = expression as jsep.BinaryExpression;
        const operation = operator === "**" ? "^" : operator;
        if (!"+-*/^".includes(operation)) break;
        const inputs = [walk(left), walk(right)];
        return add({ kind: "operation", operation, inputs });
      }
      case "CallExpression": {
        const { callee, arguments: given } = expression as jsep.CallExpression;
        const name = (callee as jsep.Identifier).name;
        if (!functionNames.includes(name))
          throw new ExpressionError({ kind: "name", name: name ?? "", known: functionNames });
        const count = name === "max" || name === "min" ? 2 : 1;
        if (given.length !== count) throw new ExpressionError({ kind: "count", name, count });
        return add({ kind: "operation", operation: name, inputs: given.map(walk) });
      }
    }
    throw new ExpressionError({ kind: "syntax" });
  };
  if (text.trim() === "") throw new ExpressionError({ kind: "empty" });
  if (text.length > MOST_CHARACTERS) throw new ExpressionError({ kind: "long" });
  let parsed: jsep.Expression;
  try {
    parsed = jsep(text);
  } catch (error) {
    throw new ExpressionError({ kind: "place", at: (error as { index: number }).index + 1 });
  }
  walk(parsed);
  return nodes;
}

export type Values = Readonly<Record<string, number>>;

/** The names in an expression that are neither functions nor constants, in order. */
export function variablesOf(text: string): string[] {
  const names = text.match(/[A-Za-z_]\w*/g) ?? [];
  return [...new Set(names)].filter(
    (name) => !functionNames.includes(name) && !Object.hasOwn(constants, name),
  );
}

/** The value of each node; @param round to what each is rounded: Math.fround for float32 */
export function evaluate(graph: Graph, values: Values, round = (value: number) => value): number[] {
  const found: number[] = [];
  for (const node of graph) {
    if (node.kind === "number") found.push(round(node.value));
    else if (node.kind === "variable")
      found.push(round(Object.hasOwn(values, node.name) ? values[node.name]! : Number.NaN));
    else found.push(round(operations[node.operation]!.value(...node.inputs.map((i) => found[i]!))));
  }
  return found;
}

/** The derivative of the last node by each: backpropagation. */
export function backward(graph: Graph, values: readonly number[]): number[] {
  const gradients = new Array<number>(graph.length).fill(0);
  gradients[graph.length - 1] = 1;
  for (let i = graph.length - 1; i >= 0; i--) {
    const node = graph[i]!;
    if (node.kind !== "operation") continue;
    const operands = node.inputs.map((input) => values[input]!);
    const local = operations[node.operation]!.derivatives(values[i]!, ...operands);
    for (const [k, input] of node.inputs.entries()) {
      // 0 times an infinite derivative is 0: nothing flows there.
      if (gradients[i] !== 0) gradients[input]! += gradients[i]! * local[k]!;
    }
  }
  return gradients;
}

/** The value at a place. */
export function valueAt(graph: Graph, values: Values, round?: (value: number) => number): number {
  return evaluate(graph, values, round).at(-1)!;
}

/** The derivative by each of some variables. */
export function gradientAt(graph: Graph, values: Values, names: readonly string[]): number[] {
  const gradients = backward(graph, evaluate(graph, values));
  return names.map(
    (name) => gradients[graph.findIndex((node) => node.kind === "variable" && node.name === name)] ?? 0,
  );
}
