// The module's exports: run a program, or one instruction of it, and where the heap may begin.

export { execute, run } from "./program";

/** The first address past the module's own data (the texts of its assertions). */
export function heapBase(): usize {
  return __heap_base;
}
