import type { Texts } from "../../shared/language.ts";
import { defaultState, type State } from "./spec.ts";

const dense = (units: number) => ({ kind: "dense", units }) as const;
const relu = { kind: "relu" } as const;
const sigmoid = { kind: "sigmoid" } as const;

/** Experiments worth a look. */
export const presets: Readonly<Record<string, State>> = {
  spiral: defaultState,
  line: {
    ...defaultState,
    spec: { ...defaultState.spec, hidden: [] },
  },
  vanish: {
    ...defaultState,
    spec: {
      ...defaultState.spec,
      data: "circles",
      hidden: [dense(8), sigmoid, dense(8), sigmoid, dense(8), sigmoid, dense(8), sigmoid],
      initial: "normal",
    },
    setting: { optimizer: { kind: "sgd", lr: 0.1 }, batchSize: 30 },
  },
  explode: {
    ...defaultState,
    spec: { ...defaultState.spec, hidden: [dense(16), relu, dense(16), relu], initial: "he" },
    setting: { optimizer: { kind: "sgd", lr: 10 }, batchSize: 30 },
  },
  convolution: {
    ...defaultState,
    spec: {
      ...defaultState.spec,
      data: "mnist",
      hidden: [
        { kind: "conv2d", filters: 16, kernel: 5 },
        relu,
        { kind: "maxPool2d", window: 2 },
        { kind: "flatten" },
        dense(50),
        relu,
      ],
      initial: "he",
      seed: 42,
    },
    setting: { optimizer: { kind: "adam", lr: 0.001 }, batchSize: 100 },
  },
  book: {
    ...defaultState,
    spec: { ...defaultState.spec, data: "mnist", hidden: [dense(50), relu], initial: "normal", seed: 42 },
    setting: { optimizer: { kind: "sgd", lr: 0.1 }, batchSize: 100 },
  },
};

export const presetTexts: Texts<
  Readonly<Record<string, { readonly name: string; readonly comment: string }>>
> = {
  en: {
    spiral: {
      name: "Two spirals",
      comment:
        "Two hidden layers of 8 units separate the spirals in some 1,500 steps. Watch the units of the second layer bend.",
    },
    line: {
      name: "Without hidden layers",
      comment:
        "Without a hidden layer the border is a straight line, whatever the training: the limit of the perceptron (book 2.5).",
    },
    vanish: {
      name: "Gradients that vanish",
      comment:
        "Four layers of sigmoids that start at σ = 0.01: gradients shrink from layer to layer, and nothing moves. Choose Xavier and it learns (book 6.2).",
    },
    explode: {
      name: "A rate that is too large",
      comment: "With a learning rate of 10 the loss leaps about or blows up. Set 0.1 and go on (book 4.4.2).",
    },
    convolution: {
      name: "A convolutional network on MNIST",
      comment:
        "16 filters of 5 × 5, pooling, 50 units, much as the book's SimpleConvNet (7.5): 600 steps, one epoch. Look at its filters.",
    },
    book: {
      name: "The book's network on MNIST",
      comment:
        "784-50-10 with SGD at 0.1, batches of 100 (book 4.5): after 6,000 steps some 95 % of the test images are right.",
    },
  },
  ja: {
    spiral: {
      name: "2 つの渦",
      comment:
        "8 ニューロンの隠れ層 2 つで、約 1,500 ステップで渦を分けます。第 2 層の形が曲がっていく様子を見てください。",
    },
    line: {
      name: "隠れ層なし",
      comment: "隠れ層がないと、どれだけ学習しても境界は直線です。パーセプトロンの限界です(本 2.5 節)。",
    },
    vanish: {
      name: "勾配の消失",
      comment:
        "σ = 0.01 で始まる sigmoid 4 層。勾配が層ごとに小さくなり、何も動きません。Xavier を選ぶと学習します(本 6.2 節)。",
    },
    explode: {
      name: "大きすぎる学習率",
      comment: "学習率 10 では損失が跳ね回るか発散します。0.1 にして続けてみてください(本 4.4.2 節)。",
    },
    convolution: {
      name: "畳み込みニューラルネットワークで MNIST",
      comment:
        "5 × 5 のフィルター 16 枚、プーリング、50 ニューロン。本の SimpleConvNet(7.5 節)に近いものです。600 ステップで 1 エポック。フィルターを見てください。",
    },
    book: {
      name: "本のネットワークで MNIST",
      comment:
        "784-50-10、学習率 0.1 の SGD、バッチサイズ 100(本 4.5 節)。6,000 ステップでテスト画像の約 95 % に正解します。",
    },
  },
};
