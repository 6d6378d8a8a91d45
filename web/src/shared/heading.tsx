import { type Texts, useTexts } from "./language.ts";

interface Props {
  readonly texts: { readonly heading: string; readonly lead: string; readonly book: readonly string[] };
}

/** The programs of the book, in a folder for each chapter. */
const BOOK = "https://github.com/oreilly-japan/deep-learning-from-scratch/tree/master";

const words: Texts<string> = { en: "The book:", ja: "本:" };

/** The chapter that a section's first number says. */
const chapterOf = (section: string) => `ch${/\d+/.exec(section)?.[0].padStart(2, "0")}`;

/** What a part is about: its name, what one sees, and where the book has it. */
export function Heading({ texts: { heading, lead, book } }: Props) {
  const theBook = useTexts(words);
  return (
    <>
      <h1>{heading}</h1>
      <p class="lead">
        {lead}{" "}
        <span class="quiet">
          {theBook}
          {book.map((section) => (
            <span key={section}>
              {" "}
              <a href={`${BOOK}/${chapterOf(section)}`} rel="noreferrer">
                {section}
              </a>
            </span>
          ))}
        </span>
      </p>
    </>
  );
}
