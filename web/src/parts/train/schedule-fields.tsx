import "./engine-file.ts";
import { NumberField } from "../../shared/fields.tsx";
import { type Texts, useTexts } from "../../shared/language.ts";
import { courseOf, type Rate, withoutWarmUp } from "./rates.ts";
import { MOST_STEPS } from "./spec.ts";

interface Text {
  readonly labels: Readonly<Record<keyof typeof fields, string>>;
  readonly warmUp: string;
  readonly courses: Readonly<Record<string, string>>;
  readonly counted: string;
}

const texts: Texts<Text> = {
  en: {
    labels: {
      steps: "Steps of the schedule",
      to: "Rate at the end",
      restart: "Next period, times as long",
      gamma: "Factor",
      every: "… once in so many steps",
      power: "Power",
      up: "Share that rises",
      divide: "Begins at the rate divided by",
      divideLast: "Ends at that divided by",
    },
    warmUp: "Steps of warm-up before",
    courses: {
      cosine:
        "Falls along half a cosine, and stays; with periods it begins again after each (0: no periods).",
      polynomial: "Falls along a power of the steps that are left, with 1 a straight line, and stays.",
      exponential: "Falls by the factor again and again, a little at each step.",
      stepDecay: "Falls by the factor in steps.",
      oneCycle: "Rises to the rate and falls far below it, both along half a cosine.",
      warmUp: "Rises from 0 to the rate along a straight line, and stays.",
    },
    counted: "Steps count from where this optimizer began.",
  },
  ja: {
    labels: {
      steps: "変化するステップ数",
      to: "最後の学習率",
      restart: "次の周期は何倍か",
      gamma: "倍率",
      every: "…倍になるステップ数",
      power: "べき指数",
      up: "上がる割合",
      divide: "最初は学習率の何分の 1 か",
      divideLast: "最後はその何分の 1 か",
    },
    warmUp: "前に置くウォームアップのステップ数",
    courses: {
      cosine: "余弦の半周期で下がり、そのまま続きます。周期を指定すると、そのたびに元に戻ります(0: なし)。",
      polynomial: "残りステップ数のべき乗で下がり、そのまま続きます。1 なら直線です。",
      exponential: "各ステップで少しずつ、同じ割合で下がり続けます。",
      stepDecay: "一定のステップごとに、段になって下がります。",
      oneCycle: "学習率まで上がり、それよりずっと下まで下がります。どちらも余弦の半周期です。",
      warmUp: "0 から学習率まで直線で上がり、そのまま続きます。",
    },
    counted: "ステップは、この最適化手法で始めたところから数えます。",
  },
};

interface Field {
  readonly min: number;
  readonly max: number;
  readonly step: number | "any";
  /** where it is not given */
  readonly usual: number;
}

const whole = (usual: number, min = 1): Field => ({ min, max: MOST_STEPS, step: 1, usual });

const fields = {
  steps: whole(1000),
  every: whole(1),
  to: { min: 0, max: 100, step: "any", usual: 0 },
  restart: { min: 0, max: 10, step: 1, usual: 0 },
  gamma: { min: 1e-6, max: 1, step: "any", usual: 0.1 },
  power: { min: 0.01, max: 100, step: "any", usual: 1 },
  up: { min: 0.01, max: 0.99, step: "any", usual: 0.3 },
  divide: { min: 1, max: 1e6, step: "any", usual: 25 },
  divideLast: { min: 1, max: 1e9, step: "any", usual: 1e4 },
} satisfies Readonly<Record<string, Field>>;

/** What a schedule takes besides its rate. */
const fieldsOf: Readonly<Record<string, readonly (keyof typeof fields)[]>> = {
  cosine: ["steps", "to", "restart"],
  polynomial: ["steps", "to", "power"],
  exponential: ["gamma", "every"],
  stepDecay: ["gamma", "every"],
  oneCycle: ["steps", "up", "divide", "divideLast"],
};

interface Props {
  readonly value: Rate;
  readonly onChange: (lr: Rate) => void;
}

/** How a rate changes, and the steps that it rises for before. */
export default function ScheduleFields({ value, onChange }: Props) {
  const t = useTexts(texts);
  const { steps, rate } = withoutWarmUp(value);
  const course = courseOf(value)!;
  const change = (next: Rate, warm = steps) =>
    onChange(
      warm > 0 ? { ...(steps > 0 && (value as object)), kind: "warmUp", steps: warm, to: next } : next,
    );
  return (
    <>
      <NumberField
        label={t.warmUp}
        value={steps}
        min={course === "warmUp" ? 1 : 0}
        max={MOST_STEPS}
        step={1}
        onChange={(warm) => change(rate, warm)}
      />
      {typeof rate === "object" &&
        (fieldsOf[rate.kind] ?? []).map((name) => {
          const { usual, ...range } = fields[name];
          const min = rate.kind === "oneCycle" && name === "steps" ? 2 : range.min;
          return (
            <NumberField
              key={name}
              label={t.labels[name]}
              value={typeof rate[name] === "number" ? rate[name] : usual}
              {...range}
              min={min}
              onChange={(given) => {
                const { [name]: _, ...others } = rate;
                // No periods are as long as none.
                change(name === "restart" && given === 0 ? (others as Rate) : { ...rate, [name]: given });
              }}
            />
          );
        })}
      <p class="quiet">
        {t.courses[course]} {t.counted}
      </p>
    </>
  );
}
