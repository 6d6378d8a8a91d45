import { useTexts } from "../../shared/language.ts";
import type { DataKind } from "./data-kinds.ts";
import { Confusion, Misclassified, Weights } from "./images.tsx";
import { imagesText } from "./images-text.ts";
import type { Look } from "./look.ts";
import { Recognise } from "./recognise.tsx";
import type { Trainer } from "./trainer.ts";

interface Props {
  readonly kind: DataKind;
  readonly trainer: Trainer;
  readonly look: Look | undefined;
  /** of the classes, where they are one's own */
  readonly ownNames: readonly string[];
}

const digits: readonly string[] = Array.from({ length: 10 }, (_, i) => String(i));

/** Whether weights can be seen as images: of rows of pixels, or of filters over images without colours. */
const isOfOneChannel = (shape: readonly number[]) =>
  shape.length === 2 ? shape[0] === 784 : shape.length === 4 && shape[2] === 1;

/** What there is to see of a network where samples are images. */
export default function ImageCards({ kind, trainer, look, ownNames }: Props) {
  const t = useTexts(imagesText);
  const { images, classes } = trainer.data;
  const known = kind === "mnist" ? digits : kind === "fashionMnist" ? t.garments : ownNames;
  const names = Array.from({ length: classes }, (_, i) => known[i] ?? String(i));
  return (
    <>
      {/* Nobody draws garments as they are photographed. */}
      {kind !== "fashionMnist" && (
        <section class="card">
          <h2>{t.draw}</h2>
          <Recognise t={t} trainer={trainer} names={names} />
        </section>
      )}
      {images && look?.classes && (
        <>
          <section class={classes > 4 ? "card double" : "card"}>
            <h2>{t.confusion}</h2>
            <p class="quiet">{t.confusionCaption(images.t.length)}</p>
            <Confusion t={t} labels={images.t} classes={look.classes} names={names} />
          </section>
          {look.classes.some((taken, i) => taken !== images.t[i]) && (
            <section class="card">
              <h2>{t.wrong}</h2>
              <Misclassified t={t} images={images} classes={look.classes} names={names} />
            </section>
          )}
        </>
      )}
      {look?.weight && isOfOneChannel(look.weight.shape) && (
        <section class="card">
          <h2>{t.weights}</h2>
          <p class="quiet">{t.weightsHelp}</p>
          <Weights label={t.weights} weight={look.weight} />
        </section>
      )}
    </>
  );
}
