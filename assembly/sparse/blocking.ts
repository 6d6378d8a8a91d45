// How much scratch the products of compressed rows take. Both compilers read this file: the kernels cut their work by it, and
// src/runtime/matmul-workspace.ts derives from it how much a lane needs. It holds integer constants alone.

/** About how many bytes of lists of entries a gradient makes at once: they stay in the second-level cache. */
export const LISTS_BYTES = 1 << 20;

/** What the vectors of `expand` may write past a row's last entry. */
export const EXPAND_SLACK = 64;

/** A row of a panel, into which the right factor's columns of one tile are copied: the widest tile, thirteen vectors. */
export const PANEL_BYTES = 208;

/** From so many rows on, copying a wide right factor into panels pays. */
export const PACKED_ROWS = 16;
