import type { Texts } from "../../shared/language.ts";

interface Text {
  readonly heading: string;
  readonly lead: string;
  /** its sections */
  readonly book: readonly string[];
  readonly functions: string;
  readonly functionsLead: string;
  readonly activation: string;
  readonly loss: string;
  readonly losses: Readonly<Record<string, string>>;
  readonly value: string;
  readonly derivative: string;
  readonly input: string;
  readonly score: string;
  readonly initial: string;
  readonly initialLead: string;
  readonly start: string;
  readonly starts: Readonly<Record<string, string>>;
  readonly layer: (i: number) => string;
  readonly missing: string;
  readonly windows: string;
  readonly windowsLead: string;
  readonly kind: string;
  readonly kinds: Readonly<Record<"convolution" | "max" | "average", string>>;
  readonly filter: string;
  readonly filters: Readonly<Record<string, string>>;
  readonly stride: string;
  readonly padding: string;
  readonly row: string;
  readonly column: string;
  readonly image: string;
  readonly weights: string;
  readonly output: string;
  readonly clear: string;
}

export const text: Texts<Text> = {
  en: {
    heading: "Layers",
    lead: "What a layer does to one number, to a whole batch as it passes through several, and to an image. Everything here can be moved.",
    book: ["3.2, activations", "4.2, losses", "6.2, initial weights", "7.2, convolution", "7.3, pooling"],
    functions: "Activations and losses with their derivatives",
    functionsLead:
      "Where the derivative is near zero, nothing flows back: sigmoid and tanh are flat outside, ReLU on the left.",
    activation: "Activation",
    loss: "Loss",
    losses: {
      squared: "squared error, t = 1",
      crossEntropy: "cross-entropy of a probability, t = 1",
      binary: "binary cross-entropy of a score, t = 1",
    },
    value: "value",
    derivative: "derivative",
    input: "x",
    score: "output y",
    initial: "Initial weights",
    initialLead:
      "1,000 random inputs pass through five layers of 100 units. Outputs should neither collapse to one value nor stick at the ends.",
    start: "Weights start as",
    starts: {
      one: "normal, σ = 1",
      small: "normal, σ = 0.01",
      xavier: "Xavier",
      he: "He",
    },
    layer: (i) => `after layer ${i}`,
    missing: "The network cannot be made:",
    windows: "A window over an image",
    windowsLead:
      "Press a cell of the image to darken it, and move the window by pointing at the output or with the sliders. Below stands the arithmetic of the cell.",
    kind: "Layer",
    kinds: { convolution: "convolution", max: "max pooling", average: "average pooling" },
    filter: "Filter",
    filters: {
      vertical: "vertical edges",
      horizontal: "horizontal edges",
      blur: "mean",
      sharpen: "sharpen",
      identity: "identity",
    },
    stride: "Stride",
    padding: "Padding",
    row: "Row of the output",
    column: "Column of the output",
    image: "Image",
    weights: "Filter",
    output: "Output",
    clear: "Clear the image",
  },
  ja: {
    heading: "レイヤ",
    lead: "レイヤが 1 つの数に、何層も通るバッチ全体に、そして画像に何をするかを見ます。すべて動かせます。",
    book: [
      "3.2 節 活性化関数",
      "4.2 節 損失関数",
      "6.2 節 重みの初期値",
      "7.2 節 畳み込み層",
      "7.3 節 プーリング層",
    ],
    functions: "活性化関数・損失関数とその微分",
    functionsLead:
      "微分が 0 に近い所では、何も逆に伝わりません。sigmoid と tanh は両端で、ReLU は左側で平らです。",
    activation: "活性化関数",
    loss: "損失関数",
    losses: {
      squared: "2 乗誤差、t = 1",
      crossEntropy: "確率の交差エントロピー誤差、t = 1",
      binary: "スコアの 2 値交差エントロピー、t = 1",
    },
    value: "値",
    derivative: "微分",
    input: "x",
    score: "出力 y",
    initial: "重みの初期値",
    initialLead:
      "1,000 個のランダムな入力が、100 ニューロンの層を 5 つ通ります。出力が 1 つの値につぶれたり、両端に偏ったりしないのが望ましい状態です。",
    start: "重みの初期値",
    starts: {
      one: "正規分布 σ = 1",
      small: "正規分布 σ = 0.01",
      xavier: "Xavier",
      he: "He",
    },
    layer: (i) => `第 ${i} 層の後`,
    missing: "ネットワークを作れません:",
    windows: "画像の上を動く窓",
    windowsLead:
      "画像のマスを押すと濃さが変わります。出力を指すかスライダーで窓を動かせます。下はそのマスの計算です。",
    kind: "レイヤ",
    kinds: { convolution: "畳み込み", max: "Max プーリング", average: "Average プーリング" },
    filter: "フィルター",
    filters: {
      vertical: "縦のエッジ",
      horizontal: "横のエッジ",
      blur: "平均",
      sharpen: "鮮鋭化",
      identity: "そのまま",
    },
    stride: "ストライド",
    padding: "パディング",
    row: "出力の行",
    column: "出力の列",
    image: "画像",
    weights: "フィルター",
    output: "出力",
    clear: "画像を消す",
  },
};
