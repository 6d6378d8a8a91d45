// What only Node has, for functions that only run in Node inside files that browsers load too. `process` is read as a property, since some
// bundlers put a stand-in where they see the bare name.

interface NodeModules {
  "node:fs/promises": typeof import("node:fs/promises");
  "node:module": typeof import("node:module");
  "node:os": typeof import("node:os");
  "node:path": typeof import("node:path");
  "node:url": typeof import("node:url");
  "node:v8": typeof import("node:v8");
  "node:worker_threads": typeof import("node:worker_threads");
  "kobai/relaxed": typeof import("./relaxed.ts");
  "kobai/wide": typeof import("./runtime/wide.ts");
}

/**
 * Whether this is Node (or Bun, Deno) rather than a page.
 *
 * @internal
 */
export const isNode = globalThis.process?.versions?.node !== undefined;

/**
 * Imports one of Node's own modules, or what Node finds and a bundle is to leave out. The name stays out of sight of bundlers, which would
 * otherwise fail to find the module when they build for a browser.
 *
 * @internal
 */
export function importNode<Name extends keyof NodeModules>(name: Name): Promise<NodeModules[Name]> {
  return import(/* webpackIgnore: true */ /* @vite-ignore */ name);
}
