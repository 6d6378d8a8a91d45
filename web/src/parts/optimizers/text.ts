import type { Texts } from "../../shared/language.ts";

interface Text {
  readonly heading: string;
  readonly lead: string;
  /** its sections */
  readonly book: readonly string[];
  readonly race: string;
  readonly raceLead: string;
  readonly surface: string;
  readonly surfaces: Readonly<Record<string, string>>;
  readonly rate: (name: string) => string;
  readonly step: string;
  readonly of: (step: number, total: number) => string;
  readonly play: string;
  readonly pause: string;
  readonly forward: string;
  readonly back: string;
  readonly startX: string;
  readonly startY: string;
  readonly optimizer: string;
  readonly place: string;
  readonly height: string;
  readonly field: string;
  readonly relief: string;
  readonly turn: string;
  readonly heights: string;
  readonly digits: string;
  readonly digitsLead: string;
  readonly start: string;
  readonly stop: string;
  readonly fetching: string;
  readonly stopped: string;
  readonly missing: string;
  readonly loss: string;
  readonly accuracy: string;
}

export const text: Texts<Text> = {
  en: {
    heading: "Optimizers",
    lead: "Four ways to follow a gradient start at the same place. SGD swings across the valley, momentum rolls, AdaGrad shortens its steps, Adam does both.",
    book: ["6.1, updating the parameters"],
    race: "The race",
    raceLead: "Press in the picture to choose the start, and play the steps or move through them.",
    surface: "Surface",
    surfaces: {
      bowl: "the book's: x²/20 + y²",
      saddle: "a saddle",
      valley: "a bent valley (Rosenbrock)",
      hollows: "four hollows (Himmelblau)",
      ripples: "a bowl with ripples",
    },
    rate: (name) => `Rate of ${name}`,
    step: "Step",
    of: (step, total) => `${step} of ${total}`,
    play: "Play",
    pause: "Pause",
    forward: "One step",
    back: "One step back",
    startX: "Start x",
    startY: "Start y",
    optimizer: "optimizer",
    place: "place",
    height: "height",
    field: "The surface from above with the four paths",
    relief: "The surface with the four paths on it",
    turn: "Turn",
    heights: "Height by step",
    digits: "The same race on MNIST",
    digitsLead:
      "Four networks, 784-100-10, with the same initial weights and the same batches of 100, train at once in the worker.",
    start: "Fetch MNIST and start",
    stop: "Stop",
    fetching: "Fetching…",
    stopped: "The race has ended:",
    missing: "The optimizers cannot be had here:",
    loss: "loss",
    accuracy: "accuracy, test data",
  },
  ja: {
    heading: "最適化手法",
    lead: "勾配に従う 4 つの方法が、同じ場所から出発します。SGD は谷を横切って揺れ、Momentum は転がり、AdaGrad は歩幅を縮め、Adam はその両方をします。",
    book: ["6.1 節 パラメータの更新"],
    race: "競走",
    raceLead: "図を押すと出発点が決まります。再生するか、ステップを動かして見てください。",
    surface: "曲面",
    surfaces: {
      bowl: "本の例: x²/20 + y²",
      saddle: "鞍点",
      valley: "曲がった谷(Rosenbrock)",
      hollows: "4 つのくぼみ(Himmelblau)",
      ripples: "さざ波のあるお椀",
    },
    rate: (name) => `${name} の学習率`,
    step: "ステップ",
    of: (step, total) => `${total} 中の ${step}`,
    play: "再生",
    pause: "一時停止",
    forward: "1 ステップ進む",
    back: "1 ステップ戻る",
    startX: "出発点 x",
    startY: "出発点 y",
    optimizer: "手法",
    place: "位置",
    height: "高さ",
    field: "上から見た曲面と 4 つの軌跡",
    relief: "曲面とその上の 4 つの軌跡",
    turn: "回転",
    heights: "ステップごとの高さ",
    digits: "MNIST での競走",
    digitsLead:
      "同じ初期値の 784-100-10 のネットワーク 4 つが、同じ 100 枚ずつのバッチで、ワーカの中で同時に学習します。",
    start: "MNIST を取得して開始",
    stop: "停止",
    fetching: "取得中…",
    stopped: "競走を続けられません:",
    missing: "最適化手法を使えません:",
    loss: "損失",
    accuracy: "正解率(テストデータ)",
  },
};
