// How compressed rows are divided, and how much scratch their products take. Both compilers read this file: the kernels cut their work by
// it, and src/ derives from it how much memory they need. It holds integer constants alone.

/** Columns are held as 16 bits. */
export const MOST_COLUMNS = 65536;

/** Columns of a block: a row says where in its entries each block of columns ends. A power of two. */
export const BLOCK_COLUMNS = 128;

/** About how many bytes of lists of entries are made at once: they stay in the second-level cache. */
export const LISTS_BYTES = 1 << 20;

/** Of so many rows at most. */
export const LISTS_ROWS = 512;

/** What the vectors of `expand` may write past a row's last entry. */
export const EXPAND_SLACK = 64;

/**
 * A row of a panel, into which the right factor's columns of one tile are copied: the widest tile, thirteen vectors. A panel of a block's
 * rows stays in the first-level cache.
 */
export const PANEL_BYTES = 208;

/** The same in the wide build: seven pairs of vectors. */
export const WIDE_PANEL_BYTES = 224;

/** Behind a panel, in the wide build: where it puts the sums of a last pair that is cut. */
export const WIDE_TAIL_BYTES = 32;

/** From so many rows on, copying the right factor into panels pays. */
export const PACKED_ROWS = 16;
