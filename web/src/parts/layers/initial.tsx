import type { Tensor } from "kobai";
import type { InitializerDescription, LayerDescription } from "kobai/worker";
import { useEffect, useState } from "preact/hooks";
import { readAddress, writeAddress } from "../../shared/address.ts";
import { Failure } from "../../shared/failure.tsx";
import { Select } from "../../shared/fields.tsx";
import { Histogram } from "../../shared/histogram.tsx";
import { useTexts } from "../../shared/language.ts";
import { randomNumbers } from "../../shared/random.ts";
import { tensor } from "../../shared/tensor.ts";
import { trainingWorker } from "../../shared/worker.ts";
import { text } from "./text.ts";

const starts: Readonly<Record<string, InitializerDescription>> = {
  one: { kind: "normal", std: 1 },
  small: { kind: "normal", std: 0.01 },
  xavier: { kind: "xavier" },
  he: { kind: "he" },
};
const kinds = ["sigmoid", "tanh", "relu"] as const;
type Kind = (typeof kinds)[number];

const [INPUTS, UNITS, LAYERS] = [1000, 100, 5];

/** Numbers that are spread as twelve that are drawn evenly and added up: nearly normal, σ 1. */
function inputs(): Tensor {
  const random = randomNumbers(1);
  const one = () => Array.from({ length: 12 }, random).reduce((sum, each) => sum + each, -6);
  return tensor(Float32Array.from({ length: INPUTS * UNITS }, one), [INPUTS, UNITS]);
}

/** How outputs are spread after each of several layers (the book's 6.2.2). */
export function InitialWeights() {
  const t = useTexts(text);
  const { params } = readAddress();
  const [start, setStart] = useState(() => {
    const asked = params.get("start") ?? "";
    return Object.hasOwn(starts, asked) ? asked : "one";
  });
  const [kind, setKind] = useState<Kind>(
    () => kinds.find((each) => each === params.get("function")) ?? "sigmoid",
  );
  const [outputs, setOutputs] = useState<readonly Tensor[]>([]);
  const [problem, setProblem] = useState<unknown>();
  useEffect(() => {
    let gone = false;
    const look = async () => {
      const worker = await trainingWorker();
      const layers = Array.from({ length: LAYERS }, (): LayerDescription[] => [
        { kind: "dense", units: UNITS, weight: starts[start]! },
        { kind },
      ]).flat();
      const net = await worker.sequential(layers, { input: [UNITS], seed: 1 });
      const found = await net.outputs(inputs());
      net.dispose();
      if (!gone) setOutputs(Object.values(found).filter((_, i) => i % 2 === 1));
    };
    look().catch(setProblem);
    return () => {
      gone = true;
    };
  }, [start, kind]);
  return (
    <section class="card">
      <h2>{t.initial}</h2>
      <p class="quiet">{t.initialLead}</p>
      <div class="cards">
        <Select
          label={t.activation}
          value={kind}
          options={{ sigmoid: "sigmoid", tanh: "tanh", relu: "relu" }}
          onChange={(value) => {
            setKind(value);
            writeAddress({ function: value });
          }}
        />
        <Select
          label={t.start}
          value={start}
          options={t.starts}
          onChange={(value) => {
            setStart(value);
            writeAddress({ start: value });
          }}
        />
      </div>
      {problem !== undefined && <Failure words={t.missing} error={problem} />}
      <div class="depth">
        {outputs.map(({ data }, i) => (
          <Histogram key={i} name={t.layer(i + 1)} values={data} />
        ))}
      </div>
    </section>
  );
}
