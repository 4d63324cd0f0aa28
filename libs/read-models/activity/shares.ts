/** The whole, in basis points. */
const WHOLE = 10_000;

/**
 * Shares of weights (0 or more) in basis points, in the order of the weights. Rounded down, then what is missing goes to
 * the largest remainders, ties to the first: the shares sum to 10000 exactly. All are 0 while there is no weight.
 */
export function sharesOf(weights: readonly number[]): number[] {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  if (sum === 0) return weights.map(() => 0);
  const exact = weights.map((weight) => (weight * WHOLE) / sum);
  const shares = exact.map(Math.floor);
  const missing = WHOLE - shares.reduce((total, share) => total + share, 0);
  const remainders = exact.map((share, index) => ({ index, remainder: share - Math.floor(share) }));
  remainders.sort((x, y) => y.remainder - x.remainder || x.index - y.index);
  for (const { index } of remainders.slice(0, missing)) shares[index]!++;
  return shares;
}

/** The share of a part in basis points; null when there is nothing to have a share of. */
export function shareOf(part: number, rest: number): number | null {
  return part + rest === 0 ? null : sharesOf([part, rest])[0]!;
}
