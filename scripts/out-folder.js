// Where the playground and the site are built to: a folder that is emptied first, and so must hold nothing else.

import { existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { isAbsolute, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/**
 * Empties a folder, or what it is to become.
 *
 * @param mark a file that everything built has
 * @param project a folder that it must not hold
 * @throws where it holds something else
 */
export function emptied(folder, mark, project = root) {
  const path = resolve(folder);
  const within = relative(path, project);
  if (!within.startsWith("..") && !isAbsolute(within))
    throw new Error(`${path} holds kobai itself: name a folder of its own to build to`);
  if (existsSync(path)) {
    if (!statSync(path).isDirectory()) throw new Error(`${path} is a file: name a folder to build to`);
    if (readdirSync(path).length > 0 && !existsSync(resolve(path, mark)))
      throw new Error(
        `${path} holds something else, and would be emptied: name a new folder to build to, or empty it`,
      );
  }
  rmSync(path, { recursive: true, force: true });
  return path;
}
