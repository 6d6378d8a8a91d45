import "../train/engine-file.ts";
import { useMemo, useState } from "preact/hooks";
import { readAddress, writeAddress } from "../../shared/address.ts";
import { Chart } from "../../shared/chart.tsx";
import { gradientAt, parse, valueAt } from "../../shared/expression.ts";
import { Select } from "../../shared/fields.tsx";
import { Heading } from "../../shared/heading.tsx";
import { useTexts } from "../../shared/language.ts";
import { InitialWeights } from "./initial.tsx";
import { text } from "./text.ts";
import { Windows } from "./windows.tsx";

const activations: Readonly<Record<string, string>> = {
  relu: "relu(x)",
  sigmoid: "sigmoid(x)",
  tanh: "tanh(x)",
  leakyRelu: "max(x, 0.01*x)",
  elu: "max(x, 0) + min(exp(x) - 1, 0)",
  silu: "x*sigmoid(x)",
  gelu: "x*(1 + tanh(0.7978846*(x + 0.044715*x^3)))/2",
  softplus: "log(1 + exp(x))",
};

const losses: Readonly<Record<string, { readonly f: string; readonly low: number; readonly high: number }>> =
  {
    squared: { f: "(x - 1)^2/2", low: -2, high: 4 },
    crossEntropy: { f: "-log(x)", low: 0.05, high: 1 },
    binary: { f: "log(1 + exp(-x))", low: -6, high: 6 },
  };

const SAMPLES = 240;

/** A function and its derivative as two curves. */
function useCurves(f: string, low: number, high: number, names: readonly [string, string]) {
  return useMemo(() => {
    const graph = parse(f, ["x"]);
    const x = Array.from({ length: SAMPLES + 1 }, (_, i) => low + ((high - low) * i) / SAMPLES);
    return [
      { label: names[0], color: "--series-1", x, y: x.map((each) => valueAt(graph, { x: each })) },
      {
        label: names[1],
        color: "--series-2",
        dashed: true,
        x,
        y: x.map((each) => gradientAt(graph, { x: each }, ["x"])[0]!),
      },
    ];
  }, [f, low, high, ...names]);
}

export default function Layers() {
  const t = useTexts(text);
  return (
    <>
      <Heading texts={t} />
      <div class="stack">
        <Functions />
        <InitialWeights />
        <Windows />
      </div>
    </>
  );
}

function Functions() {
  const t = useTexts(text);
  const { params } = readAddress();
  const asked = (name: string, known: object, usual: string) => {
    const value = params.get(name) ?? usual;
    return Object.hasOwn(known, value) ? value : usual;
  };
  const [activation, setActivation] = useState(() => asked("activation", activations, "sigmoid"));
  const [loss, setLoss] = useState(() => asked("loss", losses, "crossEntropy"));
  const { f, low, high } = losses[loss]!;
  const names = [t.value, t.derivative] as const;
  const first = useCurves(activations[activation]!, -6, 6, names);
  const second = useCurves(f, low, high, names);
  return (
    <section class="card">
      <h2>{t.functions}</h2>
      <p class="quiet">{t.functionsLead}</p>
      <div class="cards">
        <div>
          <Select
            label={t.activation}
            value={activation}
            options={Object.fromEntries(Object.keys(activations).map((each) => [each, each]))}
            onChange={(value) => {
              setActivation(value);
              writeAddress({ activation: value });
            }}
          />
          <Chart label={activation} xLabel={t.input} series={first} />
        </div>
        <div>
          <Select
            label={t.loss}
            value={loss}
            options={t.losses}
            onChange={(value) => {
              setLoss(value);
              writeAddress({ loss: value });
            }}
          />
          <Chart label={t.losses[loss]!} xLabel={t.score} series={second} />
        </div>
      </div>
    </section>
  );
}
