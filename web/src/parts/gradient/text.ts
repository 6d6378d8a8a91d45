import type { Texts } from "../../shared/language.ts";

interface Text {
  readonly heading: string;
  readonly lead: string;
  /** its sections */
  readonly book: readonly string[];
  readonly one: string;
  readonly oneLead: string;
  readonly example: string;
  readonly choose: string;
  readonly f: string;
  readonly place: string;
  readonly h: string;
  readonly plot: string;
  readonly value: string;
  readonly analytic: string;
  readonly numerical: string;
  readonly difference: string;
  readonly tangent: string;
  readonly errors: string;
  readonly errorsLead: string;
  readonly step: string;
  readonly two: string;
  readonly twoLead: string;
  readonly rate: string;
  readonly steps: string;
  readonly start: (axis: string) => string;
  readonly end: string;
  readonly outcome: string;
  readonly outcomes: Readonly<Record<"converged" | "diverged" | "still" | "under", string>>;
  readonly failures: string;
  readonly good: string;
  readonly large: string;
  readonly small: string;
  readonly field: string;
  readonly surface: string;
  readonly turn: string;
  readonly path: string;
}

export const text: Texts<Text> = {
  en: {
    heading: "The gradient",
    lead: "A derivative says how much a function changes where you stand. The numerical one comes from two values side by side, the analytic one from the chain rule: here both stand beside each other.",
    book: ["4.3, numerical differentiation", "4.4, the gradient"],
    one: "A function of one variable",
    oneLead: "Drag the point along the curve: the straight line is the tangent, its slope the derivative.",
    example: "Examples",
    choose: "choose one…",
    f: "f(x) =",
    place: "Place x",
    h: "Step h",
    plot: "The curve of f, a point on it and the tangent there",
    value: "f(x)",
    analytic: "analytic",
    numerical: "numerical, (f(x+h) − f(x−h)) / 2h",
    difference: "difference",
    tangent: "tangent",
    errors: "How the difference depends on h",
    errorsLead:
      "To the right the curve bends within h, to the left rounding eats the digits. In float32 little is left below 10⁻³; the book takes h = 10⁻⁴ in float64.",
    step: "log₁₀ h",
    two: "A function of two variables",
    twoLead:
      "Arrows point to where it goes down; press or drag in the picture to set the start of gradient descent.",
    rate: "Learning rate",
    steps: "Steps",
    start: (axis) => `Start ${axis}`,
    end: "ends at",
    outcome: "It",
    outcomes: {
      converged: "has come to rest",
      diverged: "has blown up",
      still: "has hardly moved",
      under: "is still on its way",
    },
    failures: "The book's learning rates",
    good: "0.1: it arrives",
    large: "10: it blows up",
    small: "10⁻¹⁰: it does not move",
    field: "The function from above, its gradient as arrows, and the path of descent",
    surface: "The function as a surface, with the path of descent on it",
    turn: "Turn",
    path: "path",
  },
  ja: {
    heading: "勾配",
    lead: "微分は、その場所で関数がどれだけ変化するかを表します。数値微分は隣り合う 2 つの値から、解析的な微分は連鎖律から求まります。ここでは両方を並べて見ます。",
    book: ["4.3 節 数値微分", "4.4 節 勾配"],
    one: "1 変数の関数",
    oneLead: "曲線上の点をドラッグしてください。直線が接線で、その傾きが微分です。",
    example: "例",
    choose: "選択してください…",
    f: "f(x) =",
    place: "位置 x",
    h: "刻み h",
    plot: "f の曲線と、その上の点、そこでの接線",
    value: "f(x)",
    analytic: "解析的な微分",
    numerical: "数値微分 (f(x+h) − f(x−h)) / 2h",
    difference: "差",
    tangent: "接線",
    errors: "差は h でどう変わるか",
    errorsLead:
      "右側では幅 h の間で曲線が曲がるため、左側では丸め誤差で桁が失われるため、差が大きくなります。float32 では h が 10⁻³ より小さいと正しい桁がほとんど残りません。本は float64 で h = 10⁻⁴ を使います。",
    step: "log₁₀ h",
    two: "2 変数の関数",
    twoLead: "矢印は下る向きです。図を押すかドラッグすると、勾配降下法の出発点が決まります。",
    rate: "学習率",
    steps: "ステップ数",
    start: (axis) => `出発点 ${axis}`,
    end: "到達点",
    outcome: "結果",
    outcomes: {
      converged: "収束しました",
      diverged: "発散しました",
      still: "ほとんど動いていません",
      under: "まだ途中です",
    },
    failures: "本の学習率",
    good: "0.1: 到達する",
    large: "10: 発散する",
    small: "10⁻¹⁰: 動かない",
    field: "上から見た関数、勾配の矢印、降下の軌跡",
    surface: "曲面としての関数と、その上の降下の軌跡",
    turn: "回転",
    path: "軌跡",
  },
};
