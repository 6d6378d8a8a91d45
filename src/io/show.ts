// Names that come from files or callers, as messages show them: whoever prints the message must not print escape sequences, nor a page of Zs.

const LONGEST_NAME = 60;
const LONGEST_PATH = 160;

/** A name that a file gives, in quotes, without anything that a terminal obeys, and cut where it is long. */
export function quote(name: string): string {
  return quoteUpTo(name, LONGEST_NAME);
}

/** What a message calls a file: a path or address as it is, where it can be shown so, or else in quotes. */
export function nameInMessage(name: unknown): string {
  const text = typeof name === "string" ? name : "data";
  return text.length <= LONGEST_PATH && !unprintable.test(text) ? text : quoteUpTo(text, LONGEST_PATH);
}

/** Controls, also those of the direction of writing, which make a name look like another; line separators; halves of characters. */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
const everyUnprintable = new RegExp(unprintable, "gu");

function quoteUpTo(text: string, longest: number): string {
  const shown = text.length <= longest ? text : `${text.slice(0, longest / 2)}…${text.slice(-longest / 2)}`;
  const quoted = JSON.stringify(shown).replace(
    everyUnprintable,
    (character) => `\\u{${(character.codePointAt(0) as number).toString(16)}}`,
  );
  return text.length <= longest ? quoted : `${quoted} (${text.length} characters)`;
}
