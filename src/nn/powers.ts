/** xⁿ by squaring, for a whole n: multiplications only, since the bits of `Math.pow` are the engine's own affair. */
export function power(x: number, n: number): number {
  let result = 1;
  let square = x;
  for (let rest = n; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result *= square;
    square *= square;
  }
  return result;
}
