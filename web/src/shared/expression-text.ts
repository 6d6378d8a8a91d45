import { ExpressionError } from "./expression.ts";
import type { Texts } from "./language.ts";

/** What is said where an expression cannot be used. */
export const faultText: Texts<(error: unknown) => string> = {
  en(error) {
    const fault = faultOf(error);
    if (fault.kind === "name") return `"${fault.name}" is not known; these are: ${fault.known.join(", ")}.`;
    if (fault.kind === "count")
      return `${fault.name} takes ${fault.count === 1 ? "one value" : `${fault.count} values`}.`;
    if (fault.kind === "place")
      return `This cannot be read further than character ${fault.at}. A product is written 2*x, a function sin(x).`;
    return {
      empty: "Type an expression.",
      long: "This is too long.",
      syntax: "Numbers, names, + - * / ^, parentheses and functions make an expression: 2*x, sin(x).",
    }[fault.kind];
  },
  ja(error) {
    const fault = faultOf(error);
    if (fault.kind === "name")
      return `「${fault.name}」は使えません。使えるのは ${fault.known.join(", ")} です。`;
    if (fault.kind === "count") return `${fault.name} の引数は ${fault.count} 個です。`;
    if (fault.kind === "place")
      return `${fault.at} 文字目から先が読めません。積は 2*x、関数は sin(x) のように書きます。`;
    return {
      empty: "式を入力してください。",
      long: "式が長すぎます。",
      syntax: "式に使えるのは、数、名前、+ - * / ^、括弧、関数です。例: 2*x、sin(x)",
    }[fault.kind];
  },
};

function faultOf(error: unknown) {
  if (error instanceof ExpressionError) return error.fault;
  throw error;
}
