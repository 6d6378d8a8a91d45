import { type Texts, useTexts } from "./language.ts";

interface Props {
  readonly texts: { readonly heading: string; readonly lead: string; readonly book: readonly string[] };
}

/** The programs of the book, in a folder for each chapter. */
const BOOK = "https://github.com/oreilly-japan/deep-learning-from-scratch/tree/master";

const words: Texts<{ readonly book: string; readonly and: string }> = {
  en: { book: "The book: ", and: "; " },
  ja: { book: "本: ", and: "、" },
};

/** The chapter that a section's first number says. */
const chapterOf = (section: string) => `ch${/\d+/.exec(section)?.[0].padStart(2, "0")}`;

/** What a part is about: its name, what one sees, and where the book has it. */
export function Heading({ texts: { heading, lead, book } }: Props) {
  const t = useTexts(words);
  return (
    <>
      <h1>{heading}</h1>
      <p class="lead">
        {lead}{" "}
        <span class="quiet">
          {t.book}
          {book.map((section, i) => (
            <span key={section}>
              {i > 0 && t.and}
              <a href={`${BOOK}/${chapterOf(section)}`} target="_blank" rel="noreferrer">
                {section}
              </a>
            </span>
          ))}
        </span>
      </p>
    </>
  );
}
