import { loadedTexts } from "../../shared/language.ts";
import type { DataKind } from "./data-kinds.ts";
import type { Initial } from "./spec.ts";
import type { Stage } from "./use-run.ts";

/** The texts of each language are a file of their own: there are many. */
export interface TrainText {
  readonly heading: string;
  readonly lead: string;
  /** its sections */
  readonly book: readonly string[];
  readonly presets: string;
  readonly choosePreset: string;
  readonly presetNames: Readonly<Record<string, string>>;
  readonly data: string;
  readonly kinds: Readonly<Record<DataKind, string>>;
  readonly noise: string;
  readonly seed: string;
  readonly network: string;
  /** layers by their numbers, within a block "2.1" */
  readonly layer: (path: string) => string;
  readonly argument: (name: string, path: string) => string;
  readonly add: string;
  readonly addInside: (path: string) => string;
  readonly remove: (path: string) => string;
  readonly output: (classes: number) => string;
  readonly initial: string;
  readonly initials: Readonly<Record<Initial, string>>;
  readonly training: string;
  readonly optimizer: string;
  readonly rate: string;
  readonly course: string;
  readonly constant: string;
  readonly decay: string;
  readonly batch: string;
  readonly stopAt: string;
  readonly until: string;
  readonly never: string;
  readonly speed: string;
  readonly speeds: Readonly<Record<"full" | "20" | "3", string>>;
  readonly train: string;
  readonly pause: string;
  readonly step: string;
  readonly back: string;
  readonly reset: string;
  /** what has failed, and why, by the names of kobai's errors */
  readonly problems: Readonly<Record<Stage, string>>;
  readonly reasons: Readonly<Record<string, string>>;
  readonly status: string;
  readonly running: string;
  readonly seeking: string;
  readonly stopped: string;
  readonly stepLabel: string;
  readonly lossLabel: string;
  readonly trainAccuracy: string;
  readonly testAccuracy: string;
  readonly threads: string;
  readonly hash: string;
  readonly hashHelp: string;
  readonly time: string;
  readonly of: (step: number, total: number) => string;
  readonly curves: string;
  readonly noCurves: string;
  readonly plane: string;
  readonly planeHelp: string;
  readonly keysHelp: string;
  readonly classOf: (i: number) => string;
  readonly neurons: string;
  readonly neuronsHelp: string;
  readonly neuron: (layer: string, unit: number) => string;
  readonly activations: string;
  readonly activationsHelp: string;
  readonly gradients: string;
  readonly files: string;
  readonly saveWeights: string;
  readonly loadWeights: string;
  readonly loaded: string;
  readonly saveHistory: string;
  readonly copyLink: string;
  readonly copied: string;
  readonly code: string;
}

/** The texts in the page's language, once they are loaded. */
export const useText = loadedTexts<TrainText>({
  en: async () => (await import("./text.en.ts")).text,
  ja: async () => (await import("./text.ja.ts")).text,
});
