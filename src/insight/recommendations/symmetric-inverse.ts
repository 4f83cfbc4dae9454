/** Rows and columns are worked on in tiles of this size: what is loaded once is used as often as registers allow. */
const TILE = 4;
const PAIR = 2;

/** The side of the square that holds `size` rows and is made of whole tiles. */
export const paddedSize = (size: number): number => Math.ceil(size / TILE) * TILE;

/**
 * Inverts a symmetric positive definite matrix in place (A = L·Lᵀ by Cholesky, then Lᵀ⁻¹·L⁻¹); only the lower triangle is
 * read and written. `n` is a `paddedSize`, rows that pad have a one on the diagonal. About n³/2 multiplications; needs n² numbers more.
 */
export function invertSymmetric(matrix: Float64Array, n: number, onProgress: (share: number) => void = () => {}): void {
  factorise(matrix, n, (share) => { onProgress(share / 3); });
  const columns = new Float64Array(n * n);
  solveColumns(matrix, columns, n, (share) => { onProgress((1 + share) / 3); });
  multiplyColumns(matrix, columns, n, (share) => { onProgress((2 + share) / 3); });
}

/** Products of two rows of `a` with four rows of `b`, over [from, to). All of the time goes here. */
function dots(a: Float64Array, a0: number, b: Float64Array, b0: number, n: number, from: number, to: number, into: Float64Array): void {
  let s0 = 0, s1 = 0, s2 = 0, s3 = 0, t0 = 0, t1 = 0, t2 = 0, t3 = 0;
  const [a1, b1, b2, b3] = [a0 + n, b0 + n, b0 + 2 * n, b0 + 3 * n];
  for (let k = from; k < to; k++) {
    const x = a[a0 + k]!, y = a[a1 + k]!;
    const p = b[b0 + k]!, q = b[b1 + k]!, r = b[b2 + k]!, s = b[b3 + k]!;
    s0 += x * p; s1 += x * q; s2 += x * r; s3 += x * s;
    t0 += y * p; t1 += y * q; t2 += y * r; t3 += y * s;
  }
  into[0] = s0; into[1] = s1; into[2] = s2; into[3] = s3;
  into[4] = t0; into[5] = t1; into[6] = t2; into[7] = t3;
}

function factorise(matrix: Float64Array, n: number, onProgress: (share: number) => void): void {
  const sums = new Float64Array(PAIR * TILE);
  for (let i0 = 0; i0 < n; i0 += PAIR) {
    for (let j0 = 0; j0 < i0 + PAIR; j0 += TILE) {
      dots(matrix, i0 * n, matrix, j0 * n, n, 0, j0, sums);
      for (let j = j0; j < Math.min(j0 + TILE, i0 + PAIR); j++) {
        for (let i = Math.max(i0, j); i < i0 + PAIR; i++) {
          let value = matrix[i * n + j]! - sums[(i - i0) * TILE + j - j0]!;
          for (let k = j0; k < j; k++) value -= matrix[i * n + k]! * matrix[j * n + k]!;
          if (i === j && value <= 0) throw new Error('The matrix is not positive definite.');
          matrix[i * n + j] = i === j ? Math.sqrt(value) : value / matrix[j * n + j]!;
        }
      }
    }
    onProgress(((i0 + PAIR) / n) ** 3);
  }
}

/** Row i of `columns` becomes column i of the inverse of the factor. */
function solveColumns(factor: Float64Array, columns: Float64Array, n: number, onProgress: (share: number) => void): void {
  const sums = new Float64Array(PAIR * TILE);
  for (let i0 = 0; i0 < n; i0 += PAIR) {
    const start = i0 - i0 % TILE;
    for (let k0 = start; k0 < n; k0 += TILE) {
      dots(columns, i0 * n, factor, k0 * n, n, start, k0, sums);
      for (let k = k0; k < k0 + TILE; k++) {
        for (let i = i0; i < i0 + PAIR; i++) {
          if (k < i) continue;
          let value = (k === i ? 1 : 0) - sums[(i - i0) * TILE + k - k0]!;
          for (let m = k0; m < k; m++) value -= columns[i * n + m]! * factor[k * n + m]!;
          columns[i * n + k] = value / factor[k * n + k]!;
        }
      }
    }
    onProgress(1 - (1 - (i0 + PAIR) / n) ** 3);
  }
}

function multiplyColumns(into: Float64Array, columns: Float64Array, n: number, onProgress: (share: number) => void): void {
  const sums = new Float64Array(PAIR * TILE);
  for (let i0 = 0; i0 < n; i0 += PAIR) {
    for (let j0 = 0; j0 < i0 + PAIR; j0 += TILE) {
      dots(columns, i0 * n, columns, j0 * n, n, i0, n, sums);
      for (let i = i0; i < i0 + PAIR; i++) for (let j = j0; j < Math.min(j0 + TILE, i + 1); j++) into[i * n + j] = sums[(i - i0) * TILE + j - j0]!;
    }
    onProgress((i0 + PAIR) / n);
  }
}
