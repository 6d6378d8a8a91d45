import { useState } from "preact/hooks";
import { type Texts, useTexts } from "../../shared/language.ts";
import type { ToldError } from "../../shared/told-error.ts";
import { readCsv } from "./csv.ts";
import type { Prepared } from "./data.ts";

interface Text {
  readonly file: string;
  readonly help: string;
}

const fieldTexts: Texts<Text> = {
  en: {
    file: "CSV file",
    help: "Rows of numbers; the last column is the class. The file stays in this page.",
  },
  ja: {
    file: "CSV ファイル",
    help: "数値の行。最後の列がクラスです。ファイルはこのページの外に出ません。",
  },
};

interface Props {
  readonly onData: (data: Prepared) => void;
}

/** A file of one's own; what is wrong with it is said below, and what was there before stays. */
export default function CsvField({ onData }: Props) {
  const [problem, setProblem] = useState<Texts<string>>();
  const t = useTexts(fieldTexts);
  const words = useTexts(problem ?? { en: "", ja: "" });
  return (
    <div class="field">
      <label for="csv">{t.file}</label>
      <input
        id="csv"
        type="file"
        accept=".csv,text/csv,text/plain"
        onChange={async ({ currentTarget: { files } }) => {
          try {
            const bytes = await files?.[0]?.arrayBuffer();
            if (bytes === undefined) return;
            onData(readCsv(bytes));
            setProblem(undefined);
          } catch (error) {
            const { message, texts } = error as Partial<ToldError>;
            setProblem(
              texts ?? {
                en: `This file cannot be read. ${message}`,
                ja: `ファイルを読み込めません。${message}`,
              },
            );
          }
        }}
      />
      <p class="quiet">{t.help}</p>
      {problem !== undefined && (
        <p role="alert" class="bad">
          {words}
        </p>
      )}
    </div>
  );
}
