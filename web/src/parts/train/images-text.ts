import type { Texts } from "../../shared/language.ts";

const en = {
  confusion: "What is taken for what",
  confusionCaption: (count: number) =>
    `Rows: what it is. Columns: what the network says. ${count.toLocaleString("en")} test samples.`,
  label: "class",
  wrong: "Taken for something else",
  taken: (name: string, as: string) => `${name}, taken for ${as}`,
  weights: "What the first layer looks for",
  weightsHelp: "The weights of each unit, as an image: orange where ink counts for it, blue where against.",
  garments: [
    "T-shirt",
    "trousers",
    "pullover",
    "dress",
    "coat",
    "sandal",
    "shirt",
    "sneaker",
    "bag",
    "boot",
  ] as readonly string[],
  draw: "Draw, and see what it is taken for",
  padLabel: "Area to draw in",
  penHelp: "Draw with a pointer; or with keys: arrows move the pen, the space bar puts it down and lifts it.",
  clear: "Clear",
  looksLike: (name: string) => `looks like ${name}`,
  firstClasses: ["circle", "cross"] as readonly string[],
  drawings: "Your own classes",
  drawingsHelp:
    "Choose a class, draw an example and keep it: five of each are enough to begin with. They are kept in this browser, and nowhere else.",
  className: (i: number) => `Name of class ${i}`,
  newClass: (i: number) => `class ${i}`,
  addClass: "Add a class",
  removeClass: (name: string) => `Remove ${name} and its drawings`,
  keep: (name: string) => `Keep as ${name}`,
  count: (n: number) => (n === 1 ? "1 drawing" : `${n} drawings`),
  removeDrawing: (name: string, i: number) => `Remove drawing ${i} of ${name}`,
  notKept: "This browser keeps no more: the drawings are here until the page is closed.",
  tooFew: "It can be trained once two classes have a drawing.",
};

export type ImagesText = typeof en;

/** What stands around images, and around drawings of one's own. */
export const imagesText: Texts<ImagesText> = {
  en,
  ja: {
    confusion: "何を何と間違えるか",
    confusionCaption: (count) =>
      `行: 正解、列: ネットワークの答え。テストデータ ${count.toLocaleString("ja")} 件。`,
    label: "クラス",
    wrong: "間違えた画像",
    taken: (name, as) => `${name} を ${as} と判断`,
    weights: "第 1 層が見ているもの",
    weightsHelp: "各ニューロンの重みを画像にしたもの。線がそこにあると出力が強まる所が橙、弱まる所が青です。",
    garments: [
      "T シャツ",
      "ズボン",
      "プルオーバー",
      "ドレス",
      "コート",
      "サンダル",
      "シャツ",
      "スニーカー",
      "バッグ",
      "ブーツ",
    ],
    draw: "書いて、何に見えるか試す",
    padLabel: "書く場所",
    penHelp: "ポインタで書きます。キーでも書けます。矢印でペンを動かし、スペースで下ろす・上げる。",
    clear: "消す",
    looksLike: (name) => `${name} に見えます`,
    firstClasses: ["丸", "ばつ"],
    drawings: "自分のクラス",
    drawingsHelp:
      "クラスを選び、例を描いて加えます。まずは各クラス 5 枚で十分です。絵はこのブラウザにだけ保存されます。",
    className: (i) => `クラス ${i} の名前`,
    newClass: (i) => `クラス ${i}`,
    addClass: "クラスを追加",
    removeClass: (name) => `${name} とその絵を削除`,
    keep: (name) => `${name} に加える`,
    count: (n) => `${n} 枚`,
    removeDrawing: (name, i) => `${name} の ${i} 枚目を削除`,
    notKept: "このブラウザにはこれ以上保存できません。絵はページを閉じるまで残ります。",
    tooFew: "2 つのクラスに絵があれば学習できます。",
  },
};
