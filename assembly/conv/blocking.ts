// How a convolution is cut up so that each part stays in its cache. Both compilers read this file: the kernels cut by these sizes, and
// src/runtime/convolution-workspace.ts derives from them how much scratch a lane needs. It holds integer constants alone.

/** Of the input with its padding, so much at most lies in scratch at a time, unless one row of the output needs more. */
export const BAND_BYTES = 262_144;

/** Bytes behind a band: its rows are written by whole vectors. */
export const BAND_SLACK = 64;

/** Steps of a weight gradient, pixels, that one pass sums: half of a partial sum, so that what it reads of the input stays in the first-level cache. */
export const BLOCK_PIXELS = 192;

/** A lane's scratch begins with what it knows of its patches and of the right factor. */
export const HEADER_BYTES = 320;

/** An entry of the table of segments: an address or a distance, and a number of steps. */
export const SEGMENT_BYTES = 8;

/** The table of segments comes next: a pass has no more of them than steps. */
export const SEGMENTS_BYTES = 3_200;

/** An entry of the table of places: where a row of a product begins in its left factor, and where in its result. */
export const PLACE_BYTES = 8;

/** Rows of the product done at once, so many that a panel pays for its way into the first-level cache, and few enough to stay there. */
export const BLOCK_PLACES = 64;

/** An entry of the table of a weight gradient's tiles: a distance in the patches, an address in the result, and how many rows. */
export const TILE_BYTES = 16;
export const BLOCK_TILES = 64;

/** Behind the table of segments comes that of places or tiles. */
export const PLACES_BYTES = 1_024;

/** Up to so many rows of a weight gradient, packing the gradient at the output costs more than it saves: it is read where it is. */
export const IN_PLACE_TERMS = 32;
