/** What a part is about: its name, what one sees, and where the book has it. */
export function Heading({
  texts,
}: {
  texts: { readonly heading: string; readonly lead: string; readonly book: string };
}) {
  return (
    <>
      <h1>{texts.heading}</h1>
      <p class="lead">
        {texts.lead} <span class="quiet">{texts.book}</span>
      </p>
    </>
  );
}
