import { mkdir, writeFile } from "node:fs/promises";
import type { Figure } from "kobai/plot";

/** Writes a figure into the folder that the environment variable FIGURES names, else into figures/. */
export async function save(name: string, figure: Figure): Promise<void> {
  const folder = process.env.FIGURES ?? "figures";
  await mkdir(folder, { recursive: true });
  await writeFile(`${folder}/${name}.svg`, await figure.svg());
  console.log(`${folder}/${name}.svg`);
}
