import { type Texts, useTexts } from "../../shared/language.ts";

/** What there is to see with a preset, and what else few need to be told. */
const notes: Texts<Readonly<Record<string, string>>> = {
  en: {
    shapes:
      "Images keep their shape, [28, 28, 1], where a layer works on them (conv2d, maxPool2d): a flatten makes rows for dense. Else they enter as rows of 784 pixels.",
    loaded:
      "It began with weights of a file, which the address does not hold: it leads to the network alone. The code below reads them from weights.safetensors.",
    spiral:
      "Two hidden layers of 8 units separate the spirals in some 1,500 steps. Watch the units of the second layer bend.",
    line: "Without a hidden layer the border is a straight line, whatever the training: the limit of the perceptron (book 2.5).",
    vanish:
      "Four layers of tanh that start at σ = 0.01: gradients shrink from layer to layer, and nothing moves. Choose Xavier and it learns (book 6.2).",
    explode:
      "With a learning rate of 10 the loss leaps about or blows up. To go on with 0.1 is of no use, all ReLUs are dead: set 0.1 and begin anew (book 4.4.2).",
    convolution:
      "16 filters of 5 × 5, pooling, 50 units, much as the book's SimpleConvNet (7.5): 600 steps, one epoch. Look at its filters.",
    book: "784-50-10 with SGD at 0.1, batches of 100 (book 4.5): after 6,000 steps some 95 % of the test images are right.",
  },
  ja: {
    shapes:
      "画像を扱う層(conv2d、maxPool2d など)があると、画像は [28, 28, 1] の形のまま入ります。dense の前には flatten を置いてください。なければ 784 画素の行として入ります。",
    loaded:
      "ファイルの重みから始めたので、アドレスにはネットワークの構成だけが入っています。下のコードは重みを weights.safetensors から読み込みます。",
    spiral:
      "8 ニューロンの隠れ層 2 つで、約 1,500 ステップで渦を分けます。第 2 層の形が曲がっていく様子を見てください。",
    line: "隠れ層がないと、どれだけ学習しても境界は直線です。パーセプトロンの限界です(本 2.5 節)。",
    vanish:
      "σ = 0.01 で始まる tanh 4 層。勾配が層ごとに小さくなり、何も動きません。Xavier を選ぶと学習します(本 6.2 節)。",
    explode:
      "学習率 10 では損失が跳ね回るか発散します。0.1 にして続けても ReLU がすべて 0 のままです。0.1 にして最初から学習してみてください(本 4.4.2 節)。",
    convolution:
      "5 × 5 のフィルター 16 枚、プーリング、50 ニューロン。本の SimpleConvNet(7.5 節)に近いものです。600 ステップで 1 エポック。フィルターを見てください。",
    book: "784-50-10、学習率 0.1 の SGD、バッチサイズ 100(本 4.5 節)。6,000 ステップでテスト画像の約 95 % に正解します。",
  },
};

export default function Note({ of }: { readonly of: string }) {
  return <span>{useTexts(notes)[of]}</span>;
}
