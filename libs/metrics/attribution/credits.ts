/** Credit for one outcome. */
export const MICROS = 1_000_000;

/**
 * Splits `total` by weights (finite, 0 or more, not all 0) into whole numbers that sum to it exactly: largest remainder
 * (Hamilton, 1792). Equal remainders go to the first: three equal weights give 333334, 333333, 333333.
 */
export function creditsOf(weights: readonly number[], total: number = MICROS): number[] {
  const sum = weights.reduce((all, weight) => all + weight, 0);
  const exact = weights.map((weight) => (weight / sum) * total);
  const credits = exact.map(Math.floor);
  const left = total - credits.reduce((all, credit) => all + credit, 0);
  const byRemainder = [...exact.keys()].sort(
    (one, other) => exact[other]! - credits[other]! - (exact[one]! - credits[one]!) || one - other,
  );
  for (const place of byRemainder.slice(0, left)) credits[place]! += 1;
  return credits;
}

/** The same for amounts of any size: 0 or more, split by credits that are whole numbers and not all 0. */
export function shareOut(amount: bigint, credits: readonly number[]): bigint[] {
  const weights = credits.map(BigInt);
  const sum = weights.reduce((all, weight) => all + weight, 0n);
  const shares = weights.map((weight) => (amount * weight) / sum);
  const left = amount - shares.reduce((all, share) => all + share, 0n);
  const remainders = weights.map((weight) => (amount * weight) % sum);
  const byRemainder = [...remainders.keys()].sort(
    (one, other) =>
      Number(remainders[other]! > remainders[one]!) - Number(remainders[other]! < remainders[one]!) || one - other,
  );
  for (const place of byRemainder.slice(0, Number(left))) shares[place]! += 1n;
  return shares;
}
