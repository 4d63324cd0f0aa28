/**
 * The inverse of a square matrix that has one, by Gauss-Jordan elimination with partial pivoting: n^3 steps. Meant for
 * I - Q of an absorbing chain, whose rows are diagonally dominant, so that rounding stays small.
 */
export function inverse(matrix: readonly (readonly number[])[]): Float64Array[] {
  const n = matrix.length;
  const rows = matrix.map((row, i) => {
    const augmented = new Float64Array(2 * n);
    augmented.set(row);
    augmented[n + i] = 1;
    return augmented;
  });
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let i = column + 1; i < n; i++) {
      if (Math.abs(rows[i]![column]!) > Math.abs(rows[pivot]![column]!)) pivot = i;
    }
    [rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!];
    const top = rows[column]!;
    const scale = top[column]!;
    if (scale === 0) throw new RangeError('A singular matrix has no inverse.');
    for (let j = column; j < 2 * n; j++) top[j]! /= scale;
    for (const row of rows) {
      const factor = row[column]!;
      if (row === top || factor === 0) continue;
      for (let j = column; j < 2 * n; j++) row[j]! -= factor * top[j]!;
    }
  }
  return rows.map((row) => row.subarray(n));
}
