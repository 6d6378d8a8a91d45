import type { Texts } from "../../shared/language.ts";
import { CsvError } from "./csv.ts";

/** What is said where a file cannot be used. */
export const csvText: Texts<(error: unknown) => string> = {
  en(error) {
    const fault = faultOf(error);
    if (fault.kind === "rows") return `At least 4 rows are needed; these are ${fault.count}.`;
    if (fault.kind === "classes")
      return `The last column holds the classes, 2 to 20 of them; here it has ${fault.count}: ${fault.some}`;
    return `Line ${fault.line} is not ${fault.width} numbers and a class: ${fault.text}`;
  },
  ja(error) {
    const fault = faultOf(error);
    if (fault.kind === "rows") return `4 行以上必要です。このファイルは ${fault.count} 行です。`;
    if (fault.kind === "classes")
      return `最後の列をクラスとして読みます。2 〜 20 種類のはずですが、${fault.count} 種類あります: ${fault.some}`;
    return `${fault.line} 行目が、数値 ${fault.width} 個とクラスになっていません: ${fault.text}`;
  },
};

function faultOf(error: unknown) {
  if (error instanceof CsvError) return error.fault;
  throw error;
}
