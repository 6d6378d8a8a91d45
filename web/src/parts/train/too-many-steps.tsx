import { type Texts, useTexts } from "../../shared/language.ts";
import { MOST_STEPS } from "./spec.ts";

const words: Texts<(asked: number, most: number) => string> = {
  en: (asked, most) =>
    `This address asks for ${asked.toLocaleString("en")} steps. A page trains at most ${most.toLocaleString("en")} anew, so this run begins at step 0.`,
  ja: (asked, most) =>
    `このアドレスは ${asked.toLocaleString("ja")} ステップの実行を指しています。学習し直せるのは ${most.toLocaleString("ja")} ステップまでなので、0 から始めます。`,
};

/** That an address asks for more than a page trains anew. */
export default function TooManySteps({ asked }: { readonly asked: number }) {
  return <p class="bad">{useTexts(words)(asked, MOST_STEPS)}</p>;
}
