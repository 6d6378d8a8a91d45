// How a matmul is cut up so that each part stays in its cache. Both compilers read this file: the kernels cut by these sizes,
// and src/runtime/matmul-workspace.ts derives from them how much scratch a lane needs. It holds integer constants alone.

/**
 * The most steps of k that one pass sums; a longer sum goes on from what is stored in c, which gives the same bits. Where sums are long, a
 * pass sums PARTIAL_TERMS of ../sums.ts, which are no more.
 */
export const BLOCK_K = 400;

/** The same in the wide build, whose panels are twice as wide: one of them stays in the first-level cache. At most BLOCK_K. */
export const WIDE_BLOCK_K = 256;

/** Of long sums: half of a partial sum, which is PARTIAL_TERMS of ../sums.ts. */
export const WIDE_PARTIAL_STEPS = 192;

/** The most of a row of b that is packed at once: with BLOCK_K, a block of 800 KiB that stays in the second-level cache. */
export const BLOCK_N_BYTES = 2048;

/** Rows of c finished at once, and of a transposed `a` packed at once: whole cache lines, and little enough for the first-level cache. */
export const BLOCK_M = 16;

/** Up to so many rows, packing b costs more than it saves: b is read where it is, unless it is transposed. */
export const IN_PLACE_ROWS = 4;

/** Up to so many rows, one after another goes through b faster than a tile of four rows does. */
export const SINGLE_ROWS = 2;

/** From so many columns on, a transposed `a` is packed; fewer do not pay for it. */
export const PACK_A_COLUMNS = 32;

/**
 * Steps of a transposed `a` that lie a multiple of this many bytes apart share few sets of the first-level cache, so that one evicts the
 * other: `a` is then packed for any number of columns.
 */
export const CROWDED_STRIDE = 2048;
