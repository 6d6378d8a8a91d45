/** A message is read by people, on a terminal as often as not. */
const LONGEST_MESSAGE = 500;

/**
 * Text whose parts may come from a file or a user: without control characters, which a terminal would obey, and not without end.
 */
export function printable(text: string, longest = LONGEST_MESSAGE): string {
  const middle = text.length - longest;
  // What went wrong stands at the beginning, what to do at the end.
  const short = middle > 0 ? `${text.slice(0, longest / 2)} … ${text.slice(longest / 2 + middle)}` : text;
  return short.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu,
    (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`,
  );
}

/** A number of bytes, in a unit that suits it. */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  if (bytes < 1024 ** 2) return `${(bytes / 1024).toFixed(1)} KiB`;
  return `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
}
