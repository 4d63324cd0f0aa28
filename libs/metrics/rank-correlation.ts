/** Spearman's rho: the correlation of the ranks, equals sharing theirs; null when either side has no order. */
export function spearman(x: readonly number[], y: readonly number[]): number | null {
  return pearson(ranksOf(x), ranksOf(y));
}

/** Ranks from 1; equals get the mean of theirs. */
function ranksOf(values: readonly number[]): Float64Array {
  const order = Uint32Array.from(values.keys()).sort((a, b) => values[a]! - values[b]!);
  const ranks = new Float64Array(values.length);
  for (let start = 0; start < order.length;) {
    let end = start + 1;
    while (end < order.length && values[order[end]!] === values[order[start]!]) end += 1;
    for (let at = start; at < end; at++) ranks[order[at]!] = (start + end + 1) / 2;
    start = end;
  }
  return ranks;
}

function pearson(x: Float64Array, y: Float64Array): number | null {
  const mean = (x.length + 1) / 2;
  let [xy, xx, yy] = [0, 0, 0];
  for (let index = 0; index < x.length; index++) {
    const [dx, dy] = [x[index]! - mean, y[index]! - mean];
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  }
  return xx === 0 || yy === 0 ? null : xy / Math.sqrt(xx * yy);
}

/** Kendall's tau-b by merge sort (Knight 1966), n log n; null when either side has no order. */
export function kendall(x: readonly number[], y: readonly number[]): number | null {
  const n = x.length;
  const order = Uint32Array.from(x.keys()).sort((a, b) => x[a]! - x[b]! || y[a]! - y[b]!);
  const inX = Float64Array.from(order, (index) => x[index]!);
  const inY = Float64Array.from(order, (index) => y[index]!);
  const pairs = (n * (n - 1)) / 2;
  const tiedX = tiedPairs(n, (a, b) => inX[a] === inX[b]);
  const tiedBoth = tiedPairs(n, (a, b) => inX[a] === inX[b] && inY[a] === inY[b]);
  const swaps = sortCounting(inY);
  const tiedY = tiedPairs(n, (a, b) => inY[a] === inY[b]);
  const scale = Math.sqrt((pairs - tiedX) * (pairs - tiedY));
  return scale === 0 ? null : (pairs - tiedX - tiedY + tiedBoth - 2 * swaps) / scale;
}

/** Pairs within the runs of equals of a sorted list. */
function tiedPairs(n: number, isEqual: (a: number, b: number) => boolean): number {
  let [tied, run] = [0, 1];
  for (let index = 1; index <= n; index++) {
    if (index < n && isEqual(index - 1, index)) run += 1;
    else {
      tied += (run * (run - 1)) / 2;
      run = 1;
    }
  }
  return tied;
}

/** Sorts in place; the answer is how many pairs stood the wrong way round. */
function sortCounting(values: Float64Array): number {
  let swaps = 0;
  let from: Float64Array = values;
  let into: Float64Array = new Float64Array(values.length);
  for (let width = 1; width < values.length; width *= 2) {
    for (let start = 0; start < values.length; start += 2 * width) {
      const middle = Math.min(start + width, values.length);
      const end = Math.min(start + 2 * width, values.length);
      let [left, right] = [start, middle];
      for (let at = start; at < end; at++) {
        if (right < end && (left >= middle || from[right]! < from[left]!)) {
          swaps += middle - left;
          into[at] = from[right++]!;
        } else into[at] = from[left++]!;
      }
    }
    [from, into] = [into, from];
  }
  if (from !== values) values.set(from);
  return swaps;
}
