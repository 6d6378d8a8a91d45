import { vi } from "vitest";

/** kobai, imported anew: an engine is one to a realm, and so is the number of its threads. */
export async function freshKobai() {
  vi.resetModules();
  return {
    ...(await import("../../../src/index.ts")),
    ...(await import("../../../src/runtime/engine.ts")),
    ...(await import("../../../src/runtime/instructions.ts")),
    ...(await import("../../../src/io/index.ts")),
  };
}

export type Kobai = Awaited<ReturnType<typeof freshKobai>>;
