import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Runs npm in a folder; what it writes to stdout. */
export function npm(cwd: string, ...args: string[]): string {
  return execFileSync("npm", args, {
    cwd,
    encoding: "utf8",
    shell: process.platform === "win32",
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/**
 * Installs the package as a user gets it, packed, in an empty project.
 *
 * @param settings of the project's package.json
 * @returns the project's folder
 */
export function installPacked(settings: object = {}): string {
  if (!existsSync("dist/index.js")) throw new Error("dist/ is missing: run `npm run build` first");
  const folder = mkdtempSync(join(tmpdir(), "kobai-consumer-"));
  const packed = npm(process.cwd(), "pack", "--ignore-scripts", "--json", "--pack-destination", folder);
  const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module", private: true, ...settings }));
  npm(folder, "install", "--prefer-offline", "--no-audit", "--no-fund", join(folder, filename));
  return folder;
}
