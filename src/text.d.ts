/** A script with all that it imports, as one text: put into the code by scripts/texts.js. */
declare module "*?text" {
  const text: string;
  export default text;
}
