// What is said rarely: loaded when it is.

import { type Texts, useTexts } from "../../shared/language.ts";
import { MOST_STEPS } from "./spec.ts";

interface Text {
  readonly shapes: string;
  readonly loaded: string;
  readonly tooManySteps: (asked: number, most: number) => string;
}

const texts: Texts<Text> = {
  en: {
    shapes:
      "Images keep their shape, [28, 28, 1], where a layer works on them (conv2d, maxPool2d): a flatten makes rows for dense. Else they enter as rows of 784 pixels.",
    loaded:
      "It began with weights of a file, which the address does not hold: it leads to the network alone. The code below reads them from weights.safetensors.",
    tooManySteps: (asked, most) =>
      `This address asks for ${asked.toLocaleString("en")} steps. A page trains at most ${most.toLocaleString("en")} anew, so this run begins at step 0.`,
  },
  ja: {
    shapes:
      "画像を扱う層(conv2d、maxPool2d など)があると、画像は [28, 28, 1] の形のまま入ります。dense の前には flatten を置いてください。なければ 784 画素の行として入ります。",
    loaded:
      "ファイルの重みから始めたので、アドレスにはネットワークの構成だけが入っています。下のコードは重みを weights.safetensors から読み込みます。",
    tooManySteps: (asked, most) =>
      `このアドレスは ${asked.toLocaleString("ja")} ステップの実行を指しています。学習し直せるのは ${most.toLocaleString("ja")} ステップまでなので、0 から始めます。`,
  },
};

type Props = { readonly of: "shapes" | "loaded" } | { readonly of: "tooManySteps"; readonly asked: number };

export default function RareWords(props: Props) {
  const t = useTexts(texts);
  return props.of === "tooManySteps" ? (
    <p class="bad">{t.tooManySteps(props.asked, MOST_STEPS)}</p>
  ) : (
    <p class="quiet">{t[props.of]}</p>
  );
}
