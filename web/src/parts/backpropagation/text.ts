import type { Texts } from "../../shared/language.ts";

interface Text {
  readonly heading: string;
  readonly lead: string;
  /** its sections */
  readonly book: readonly string[];
  readonly example: string;
  readonly choose: string;
  readonly examples: Readonly<Record<string, string>>;
  readonly expression: string;
  readonly value: (name: string) => string;
  readonly step: string;
  readonly forwardStep: (i: number, of: number) => string;
  readonly backwardStep: (i: number, of: number) => string;
  readonly begin: string;
  readonly next: string;
  readonly before: string;
  readonly all: string;
  readonly graph: string;
  readonly graphHelp: string;
  readonly arithmetic: string;
  readonly arithmeticHelp: string;
  readonly node: string;
  readonly forward: string;
  readonly backward: string;
  readonly notYet: string;
}

export const text: Texts<Text> = {
  en: {
    heading: "Backpropagation",
    lead: "A computational graph takes an expression apart into single operations. Values flow to the right; then each operation hands the derivative back to the left, multiplied by its own.",
    book: ["chapter 5, backpropagation"],
    example: "Examples",
    choose: "choose one…",
    examples: {
      apples: "apples and oranges (book 5.1)",
      neuron: "a neuron with a loss",
      network: "a network of two layers",
      shared: "a value that is used twice",
    },
    expression: "Expression",
    value: (name) => `${name} =`,
    step: "Step",
    forwardStep: (i, of) => `forward, ${i} of ${of}`,
    backwardStep: (i, of) => `backward, ${i} of ${of}`,
    begin: "begin",
    next: "One operation on",
    before: "One operation back",
    all: "All",
    graph: "The computational graph",
    graphHelp:
      "Above each arrow the value that it carries, below it the derivative of the result by that value. Point at an operation to see its arithmetic.",
    arithmetic: "The arithmetic of each operation",
    arithmeticHelp:
      "Forward: what it computes. Backward: what arrives from the right, times its own derivative, for each operand.",
    node: "operation",
    forward: "forward",
    backward: "backward",
    notYet: "…",
  },
  ja: {
    heading: "誤差逆伝播法",
    lead: "計算グラフは、式を 1 つずつの演算に分けます。値は右へ流れ、続いて各演算が、右から来た微分に自分の微分を掛けて左へ渡します。",
    book: ["第 5 章 誤差逆伝播法"],
    example: "例",
    choose: "選択してください…",
    examples: {
      apples: "りんごとみかん(本 5.1 節)",
      neuron: "ニューロンと損失",
      network: "2 層のネットワーク",
      shared: "2 回使われる値",
    },
    expression: "式",
    value: (name) => `${name} =`,
    step: "ステップ",
    forwardStep: (i, of) => `順伝播 ${i} / ${of}`,
    backwardStep: (i, of) => `逆伝播 ${i} / ${of}`,
    begin: "最初",
    next: "1 演算進む",
    before: "1 演算戻る",
    all: "すべて",
    graph: "計算グラフ",
    graphHelp: "矢印の上は運ばれる値、下はその値に関する結果の微分です。演算を指すと計算が見られます。",
    arithmetic: "各演算の計算",
    arithmeticHelp: "順伝播: 演算の計算。逆伝播: 右から来た値に、各オペランドに関する自分の微分を掛けます。",
    node: "演算",
    forward: "順伝播",
    backward: "逆伝播",
    notYet: "…",
  },
};
