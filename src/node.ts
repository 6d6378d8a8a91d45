// Node's own modules, for functions that only run in Node inside files that browsers load too.

interface NodeModules {
  "node:fs/promises": typeof import("node:fs/promises");
  "node:module": typeof import("node:module");
  "node:os": typeof import("node:os");
  "node:path": typeof import("node:path");
  "node:url": typeof import("node:url");
  "node:v8": typeof import("node:v8");
  "node:worker_threads": typeof import("node:worker_threads");
}

/**
 * Whether this is Node (or Bun, Deno) rather than a page.
 *
 * @internal
 */
export const isNode = typeof process !== "undefined" && process.versions?.node !== undefined;

/**
 * Imports one of Node's own modules. The name stays out of sight of bundlers, which would otherwise fail to find the module
 * when they build for a browser.
 *
 * @internal
 */
export function importNode<Name extends keyof NodeModules>(name: Name): Promise<NodeModules[Name]> {
  return import(/* webpackIgnore: true */ /* @vite-ignore */ name);
}
