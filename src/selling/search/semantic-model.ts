/**
 * Latent semantic analysis (S. Deerwester et al., 1990): words that occur in the same documents point the same way, so a
 * product can be found by words that it does not say. Trained on the catalogue itself; needs no network and no other model.
 */
export type SemanticModel = Readonly<{
  dimensions: number;
  /** The row of each term in `basis`. */
  terms: ReadonlyMap<string, number>;
  idf: Float32Array;
  /** Row by row: a term's place in the latent space. */
  basis: Float32Array;
}>;
export type Training = Readonly<{ dimensions: number; minDocuments: number; maxTerms: number; rounds: number; seed: number; onRound?: (done: number, of: number) => void }>;
export const TRAINING: Training = { dimensions: 160, minDocuments: 3, maxTerms: 20_000, rounds: 3, seed: 20_261_121 };

const FEWEST_DIMENSIONS = 4;

type Sparse = { columns: Int32Array; values: Float32Array };

/** Null where there is too little to learn from. The same documents and seed give the same model. */
export function trainSemanticModel(documents: ReadonlyArray<readonly string[]>, training: Training = TRAINING): SemanticModel | null {
  const { terms, idf } = vocabularyOf(documents, training);
  const k = Math.min(training.dimensions, Math.floor(documents.length / 4), Math.floor(terms.size / 3));
  if (k < FEWEST_DIMENSIONS) return null;
  const rows = documents.map((document) => rowOf(document, terms, idf));
  let basis = randomBasis(terms.size, k, training.seed);
  for (let round = 1; round <= training.rounds; round++) {
    // Subspace iteration: the basis turns towards the directions along which the documents differ most.
    const projected = multiply(rows, basis, k);
    orthonormalise(projected, rows.length, k);
    basis = multiplyTransposed(rows, projected, terms.size, k);
    orthonormalise(basis, terms.size, k);
    training.onRound?.(round, training.rounds);
  }
  return { dimensions: k, terms, idf, basis };
}

/** Unit length, or null for a text of which the model knows no word. */
export function vectorOf({ dimensions, terms, idf, basis }: SemanticModel, document: readonly string[]): Float32Array | null {
  const { columns, values } = rowOf(document, terms, idf);
  if (columns.length === 0) return null;
  const vector = new Float32Array(dimensions);
  for (let at = 0; at < columns.length; at++) {
    const value = values[at]!;
    const row = columns[at]! * dimensions;
    for (let d = 0; d < dimensions; d++) vector[d]! += value * basis[row + d]!;
  }
  const length = Math.hypot(...vector);
  return length === 0 ? null : vector.map((value) => value / length);
}

export function cosine(a: Float32Array, b: Float32Array): number {
  let so = 0;
  for (let d = 0; d < a.length; d++) so += a[d]! * b[d]!;
  return so;
}

function vocabularyOf(documents: ReadonlyArray<readonly string[]>, { minDocuments, maxTerms }: Training): { terms: Map<string, number>; idf: Float32Array } {
  const frequency = new Map<string, number>();
  for (const document of documents) for (const term of new Set(document)) frequency.set(term, (frequency.get(term) ?? 0) + 1);
  const kept = [...frequency].filter(([, n]) => n >= minDocuments && n <= documents.length * 0.4)
    .sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).slice(0, maxTerms);
  return { terms: new Map(kept.map(([term], at) => [term, at])), idf: Float32Array.from(kept, ([, n]) => Math.log(documents.length / n)) };
}

/** Logarithmic counts times inverse document frequency, of unit length. */
function rowOf(document: readonly string[], terms: ReadonlyMap<string, number>, idf: Float32Array): Sparse {
  const counts = new Map<number, number>();
  for (const term of document) {
    const column = terms.get(term);
    if (column !== undefined) counts.set(column, (counts.get(column) ?? 0) + 1);
  }
  const columns = Int32Array.from(counts.keys());
  const values = Float32Array.from(counts, ([column, n]) => (1 + Math.log(n)) * idf[column]!);
  const length = Math.hypot(...values) || 1;
  return { columns, values: values.map((value) => value / length) };
}

function randomBasis(rows: number, k: number, seed: number): Float32Array {
  let state = seed >>> 0;
  // A linear congruential generator (Numerical Recipes): good enough to start an iteration that forgets its start.
  const next = () => { state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0; return state / 0xffffffff - 0.5; };
  return Float32Array.from({ length: rows * k }, next);
}

/** documents x basis. */
function multiply(rows: readonly Sparse[], basis: Float32Array, k: number): Float32Array {
  const result = new Float32Array(rows.length * k);
  rows.forEach(({ columns, values }, at) => {
    const to = at * k;
    for (let i = 0; i < columns.length; i++) {
      const [value, from] = [values[i]!, columns[i]! * k];
      for (let d = 0; d < k; d++) result[to + d]! += value * basis[from + d]!;
    }
  });
  return result;
}

/** transposed documents x projected. */
function multiplyTransposed(rows: readonly Sparse[], projected: Float32Array, terms: number, k: number): Float32Array {
  const result = new Float32Array(terms * k);
  rows.forEach(({ columns, values }, at) => {
    const from = at * k;
    for (let i = 0; i < columns.length; i++) {
      const [value, to] = [values[i]!, columns[i]! * k];
      for (let d = 0; d < k; d++) result[to + d]! += value * projected[from + d]!;
    }
  });
  return result;
}

/** Makes the columns orthonormal by the Cholesky factor of their products: two passes over the matrix, whatever its height. */
function orthonormalise(matrix: Float32Array, rows: number, k: number): void {
  const gram = new Float64Array(k * k);
  for (let row = 0; row < rows; row++) {
    const at = row * k;
    for (let i = 0; i < k; i++) {
      const value = matrix[at + i]!;
      if (value !== 0) for (let j = 0; j <= i; j++) gram[i * k + j]! += value * matrix[at + j]!;
    }
  }
  const factor = cholesky(gram, k);
  for (let row = 0; row < rows; row++) {
    const at = row * k;
    for (let i = 0; i < k; i++) {
      let value = matrix[at + i]!;
      for (let j = 0; j < i; j++) value -= factor[i * k + j]! * matrix[at + j]!;
      matrix[at + i] = value / factor[i * k + i]!;
    }
  }
}

function cholesky(gram: Float64Array, k: number): Float64Array {
  const factor = new Float64Array(k * k);
  for (let i = 0; i < k; i++) {
    for (let j = 0; j <= i; j++) {
      let value = gram[i * k + j]!;
      for (let d = 0; d < j; d++) value -= factor[i * k + d]! * factor[j * k + d]!;
      factor[i * k + j] = i === j ? Math.sqrt(Math.max(value, 1e-9)) : value / factor[j * k + j]!;
    }
  }
  return factor;
}
