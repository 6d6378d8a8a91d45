import { useTexts } from "../../shared/language.ts";
import { Confusion } from "./images.tsx";
import { imagesText } from "./images-text.ts";

interface Props {
  /** what the test samples are */
  readonly labels: ArrayLike<number>;
  /** what they are taken for */
  readonly classes: Uint8Array;
  readonly names: readonly string[];
}

/** How often each class is taken for which. */
export default function ConfusionCard({ labels, classes, names }: Props) {
  const t = useTexts(imagesText);
  return (
    <section class={names.length > 4 ? "card double" : "card"}>
      <h2>{t.confusion}</h2>
      <p class="quiet">{t.confusionCaption(classes.length)}</p>
      <Confusion t={t} labels={labels} classes={classes} names={names} />
    </section>
  );
}
