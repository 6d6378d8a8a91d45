import { useState } from "preact/hooks";
import { useTexts } from "../../shared/language.ts";
import { parseCsv } from "./csv.ts";
import { csvText } from "./csv-text.ts";
import type { Prepared } from "./data.ts";
import type { TrainText } from "./text.ts";

interface Props {
  readonly t: TrainText;
  readonly onData: (data: Prepared) => void;
}

/** A file of one's own; what is wrong with it is said below, and what was there before stays. */
export default function CsvField({ t, onData }: Props) {
  const textOf = useTexts(csvText);
  const [problem, setProblem] = useState<unknown>();
  return (
    <div class="field">
      <label for="csv">{t.csvFile}</label>
      <input
        id="csv"
        type="file"
        accept=".csv,text/csv,text/plain"
        onChange={async ({ currentTarget: { files } }) => {
          const content = await files?.[0]?.text();
          if (content === undefined) return;
          try {
            onData(parseCsv(content));
            setProblem(undefined);
          } catch (error) {
            setProblem(error);
          }
        }}
      />
      <p class="quiet">{t.csvHelp}</p>
      {problem !== undefined && (
        <p role="alert" class="bad">
          {textOf(problem)}
        </p>
      )}
    </div>
  );
}
