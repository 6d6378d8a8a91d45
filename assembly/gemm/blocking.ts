// How a matmul is cut up so that each part stays in its cache. Both compilers read this file: the kernels cut by these sizes,
// and src/runtime/matmul-workspace.ts derives from them how much scratch a lane needs. It holds integer constants alone.

/** The most steps of k that one pass sums; a longer sum goes on from what is stored in c, which gives the same bits. */
export const BLOCK_K = 320;

/** The most columns of b that are packed at once: with BLOCK_K a block of b that stays in the second-level cache. */
export const BLOCK_N = 256;

/** Rows of a transposed `a` that are packed at once: whole cache lines are read, and the block stays in the first-level cache. */
export const BLOCK_M = 16;

/** Up to so many rows, packing b costs more than it saves: b is read where it is, unless it is transposed. */
export const IN_PLACE_ROWS = 16;
