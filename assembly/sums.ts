// How sums are made where they are long. Both compilers read this file, for every kernel that sums follows it, and so does the plain
// TypeScript that they are held to. It holds integer constants alone.

/** Up to so many terms, a sum is added up in its dtype, in the order of its kernel. */
export const LONGEST_SUM = 1024;

/**
 * A longer sum is made of partial sums of so many terms, the last of what is left: terms 0 to 383, 384 to 767, and so on, each added up in
 * the dtype as a sum of its own. The partial sums are added in float64 in order, and the total is rounded to the dtype. So an error does not
 * grow with the number of terms: where all are alike, the worst there is in practice, 384 float32 terms err by 6e-6 at most (1,024 by
 * 1.5e-5). One pass of a matmul sums as many, and they are whole blocks of compressed columns (BLOCK_COLUMNS).
 */
export const PARTIAL_TERMS = 384;

/** The totals of a product whose sums are long are so many bytes at most at a time: as many of its rows are finished at once. */
export const TOTALS_BYTES = 2_097_152;
