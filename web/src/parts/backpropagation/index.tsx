import { useEffect, useMemo, useState } from "preact/hooks";
import { readAddress, writeAddress } from "../../shared/address.ts";
import {
  backward,
  evaluate,
  type Graph,
  operations,
  parse,
  product,
  variablesOf,
} from "../../shared/expression.ts";
import { ExpressionField } from "../../shared/expression-field.tsx";
import { NumberField, Select, Slider } from "../../shared/fields.tsx";
import { Heading } from "../../shared/heading.tsx";
import { useTexts } from "../../shared/language.ts";
import { brief, GraphPicture, signs } from "./graph.tsx";
import { text } from "./text.ts";

interface Example {
  readonly expression: string;
  readonly values: Readonly<Record<string, number>>;
}

const examples: Readonly<Record<string, Example>> = {
  apples: {
    expression: "(apple*n + orange*m)*tax",
    values: { apple: 100, n: 2, orange: 150, m: 3, tax: 1.1 },
  },
  neuron: {
    expression: "(sigmoid(w1*x1 + w2*x2 + b) - t)^2/2",
    values: { w1: 0.5, x1: 1, w2: -0.3, x2: 2, b: 0.1, t: 1 },
  },
  network: {
    expression: "(v1*relu(w1*x + b1) + v2*relu(w2*x + b2) - t)^2/2",
    values: { v1: 1, w1: 2, x: 1.5, b1: -1, v2: -0.5, w2: 1, b2: 0.5, t: 2 },
  },
  shared: { expression: "x*x + exp(x)*y", values: { x: 1, y: 2 } },
};

/** The value of a variable, which may be called whatever objects have. */
const numberOf = (values: Example["values"], name: string) =>
  Object.hasOwn(values, name) ? values[name]! : 1;

function initial(): Example {
  const { params } = readAddress();
  const { apples } = examples as { apples: Example };
  const asked = params.get("e") ?? apples.expression;
  try {
    const names = variablesOf(asked);
    parse(asked, names);
    const values = Object.fromEntries(
      names.map((name) => {
        const given = params.get(`v_${name}`);
        const value = given === null ? Number.NaN : Number(given);
        return [name, Number.isFinite(value) ? value : numberOf(apples.values, name)];
      }),
    );
    return { expression: asked, values };
  } catch {
    return apples;
  }
}

/** Each operation is done once forward and once backward. */
const stepsOf = (graph: Graph) => 2 * graph.filter(({ kind }) => kind === "operation").length;

export default function Backpropagation() {
  const t = useTexts(text);
  const [{ expression, values }, setExample] = useState(initial);
  const [pointed, setPointed] = useState<number>();
  const names = useMemo(() => variablesOf(expression), [expression]);
  const graph = useMemo<Graph>(() => parse(expression, names), [expression]);
  const order = useMemo(() => graph.flatMap((node, i) => (node.kind === "operation" ? [i] : [])), [graph]);
  const most = 2 * order.length;
  const [step, setStep] = useState(() => {
    const asked = Number(readAddress().params.get("step") ?? most);
    return Number.isInteger(asked) ? Math.min(most, Math.max(0, asked)) : most;
  });

  useEffect(() => {
    const before = [...readAddress().params.keys()].filter((key) => key.startsWith("v_"));
    writeAddress({
      ...Object.fromEntries(before.map((key) => [key, undefined])),
      e: expression,
      step: String(step),
      ...Object.fromEntries(names.map((name) => [`v_${name}`, String(values[name])])),
    });
  }, [expression, values, step]);

  const choose = (next: Example) => {
    setExample(next);
    setStep(stepsOf(parse(next.expression, variablesOf(next.expression))));
  };

  const allValues = evaluate(graph, values);
  const allGradients = backward(graph, allValues);
  const forwards = Math.min(step, order.length);
  const backwards = Math.max(0, step - order.length);
  const known = (i: number) => graph[i]!.kind !== "operation" || order.indexOf(i) < forwards;
  const done = new Set(order.slice(order.length - backwards));
  const current =
    pointed ??
    (step === 0 ? undefined : backwards > 0 ? order[order.length - backwards] : order[forwards - 1]);

  const sign = (i: number) => {
    const node = graph[i]!;
    if (node.kind === "operation") return signs[node.operation] ?? node.operation;
    return node.kind === "variable" ? node.name : brief(node.value);
  };
  const forwardOf = (i: number): string => {
    const node = graph[i]!;
    if (node.kind !== "operation") return brief(allValues[i]!);
    const operands = node.inputs.map((input) => brief(allValues[input]!));
    return `${operations[node.operation]!.text(...operands)} = ${brief(allValues[i]!)}`;
  };
  /** The derivatives of an operation by its operands. */
  const localOf = (i: number): readonly number[] => {
    const node = graph[i]!;
    if (node.kind !== "operation") return [];
    return operations[node.operation]!.derivatives(
      allValues[i]!,
      ...node.inputs.map((input) => allValues[input]!),
    );
  };
  const handedBack = (i: number) =>
    localOf(i).map((local) => (allGradients[i] === 0 ? 0 : allGradients[i]! * local));
  const backwardOf = (i: number): string => {
    const node = graph[i]!;
    if (node.kind !== "operation") return brief(allGradients[i]!);
    const [local, handed] = [localOf(i), handedBack(i)];
    return node.inputs
      .map(
        (input, k) =>
          `${sign(input)}: ${product(brief(allGradients[i]!), brief(local[k]!))} = ${brief(handed[k]!)}`,
      )
      .join("; ");
  };
  const stepText =
    step === 0
      ? t.begin
      : backwards > 0
        ? t.backwardStep(backwards, order.length)
        : t.forwardStep(forwards, order.length);

  return (
    <>
      <Heading texts={t} />
      <div class="columns">
        <form class="card" onSubmit={(event) => event.preventDefault()}>
          <Select
            label={t.example}
            value={Object.keys(examples).find((key) => examples[key]!.expression === expression) ?? ""}
            options={{ "": t.choose, ...t.examples }}
            onChange={(key) => key !== "" && choose(examples[key]!)}
          />
          <ExpressionField
            label={t.expression}
            value={expression}
            onChange={(next, parsed) => {
              const given = variablesOf(next).map((name) => [name, numberOf(values, name)]);
              setExample({ expression: next, values: Object.fromEntries(given) });
              setStep(stepsOf(parsed));
            }}
          />
          <div class="pair">
            {names.map((name) => (
              <NumberField
                key={name}
                label={t.value(name)}
                value={numberOf(values, name)}
                onChange={(value) => setExample({ expression, values: { ...values, [name]: value } })}
              />
            ))}
          </div>
          <Slider label={t.step} value={step} min={0} max={most} text={stepText} onInput={setStep} />
          <div class="row">
            <button type="button" class="main" disabled={step >= most} onClick={() => setStep(step + 1)}>
              {t.next}
            </button>
            <button type="button" disabled={step === 0} onClick={() => setStep(step - 1)}>
              {t.before}
            </button>
            <button type="button" disabled={step >= most} onClick={() => setStep(most)}>
              {t.all}
            </button>
          </div>
        </form>
        <div class="stack">
          <section class="card">
            <h2>{t.graph}</h2>
            <p class="quiet">{t.graphHelp}</p>
            <section class="scroll" tabIndex={0} aria-label={t.graph}>
              <GraphPicture
                label={`${t.graph}: ${expression} = ${brief(allValues.at(-1)!)}`}
                graph={graph}
                values={allValues.map((value, i) => (known(i) ? value : undefined))}
                handedBack={(i, k) => (done.has(i) ? handedBack(i)[k] : undefined)}
                lastGradient={backwards > 0 ? 1 : undefined}
                current={current}
                words={(i) => `${forwardOf(i)}\n${backwardOf(i)}`}
                onPoint={setPointed}
              />
            </section>
          </section>
          <section class="card">
            <h2>{t.arithmetic}</h2>
            <p class="quiet">{t.arithmeticHelp}</p>
            <section class="scroll" tabIndex={0} aria-label={t.arithmetic}>
              <table class="arithmetic">
                <thead>
                  <tr>
                    <th scope="col">{t.node}</th>
                    <th scope="col">{t.forward}</th>
                    <th scope="col">{t.backward}</th>
                  </tr>
                </thead>
                <tbody>
                  {order.map((i) => (
                    <tr
                      key={i}
                      class={current === i ? "current" : undefined}
                      onPointerEnter={() => setPointed(i)}
                      onPointerLeave={() => setPointed(undefined)}
                    >
                      <th scope="row">{sign(i)}</th>
                      <td>{known(i) ? forwardOf(i) : t.notYet}</td>
                      <td data-backward={done.has(i)}>{done.has(i) ? backwardOf(i) : t.notYet}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </section>
          </section>
        </div>
      </div>
    </>
  );
}
