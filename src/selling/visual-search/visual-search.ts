/** A small picture: `SIDE` x `SIDE` pixels of red, green, blue, row by row. */
export type Raster = Uint8Array;
/** Unit vectors of `LENGTH` numbers one after the other, each number between -127 and 127. */
export type Vectors = Int8Array;

export const SIDE = 96;
const PATCH = 48;
const CELLS = 6;
const CELL = PATCH / CELLS;
const BINS = 8;
const SHAPE = CELLS * CELLS * BINS;
const LAYOUT = CELLS * CELLS * 3;
const HUES = 12;
const HISTOGRAM = HUES * 3 + 4;
export const LENGTH = SHAPE + LAYOUT + HISTOGRAM;
/** Shape counts most: it is what stays when somebody photographs the red one and the shop has it in blue. */
const WEIGHTS = { shape: 0.75, layout: 0.17, histogram: 0.08 } as const;
/** Changes with everything above; descriptors of another kind are made again. */
export const KIND = 'shape-layout-1';

/** Which part of the picture is looked at, and how it is turned; `x`, `y` and `zoom` as shares of it. */
type Look = Readonly<{ x?: number; y?: number; zoom?: number; degrees?: number; mirrored?: boolean }>;

const CORNER = 0.1;
/** What a customer may have cut out of it. */
const PARTS: readonly Look[] = [
  {}, { zoom: 0.8 }, { zoom: 0.65 }, ...[-CORNER, CORNER].flatMap((x) => [-CORNER, CORNER].map((y) => ({ zoom: 0.8, x, y }))),
];
const TURNS: readonly Look[] = [
  ...[false, true].flatMap((mirrored) => [0, 90, 180, 270].map((degrees) => ({ degrees, mirrored }))),
  ...[-20, -10, 10, 20].map((degrees) => ({ degrees, zoom: 0.8 })),
];

/** For the index: the picture and parts of it. */
export const describeParts = (raster: Raster): Vectors => describe(raster, PARTS);
/** For a question: the picture as it may have been turned. */
export const describeTurns = (raster: Raster): Vectors => describe(raster, TURNS);

/** How alike the most alike two of them are; 1 is the same. */
export function likeness(turns: Vectors, parts: Vectors): number {
  let best = -Infinity;
  for (let turn = 0; turn < turns.length; turn += LENGTH) {
    for (let part = 0; part < parts.length; part += LENGTH) {
      let sum = 0;
      for (let at = 0; at < LENGTH; at++) sum += turns[turn + at]! * parts[part + at]!;
      if (sum > best) best = sum;
    }
  }
  return best / (SCALE * SCALE);
}

/** Largest numbers are near a third of the length; what is beyond is cut. */
const SCALE = 380;

function describe(raster: Raster, looks: readonly Look[]): Vectors {
  const vectors = new Int8Array(looks.length * LENGTH);
  for (const [at, look] of looks.entries()) vectors.set(quantised(vectorOf(patchOf(raster, look))), at * LENGTH);
  return vectors;
}

function quantised(vector: Float32Array): Int8Array {
  return Int8Array.from(vector, (value) => Math.max(-127, Math.min(127, Math.round(value * SCALE))));
}

/** Samples what is looked at, between the pixels where it has to. Beyond the edge the edge goes on. */
function patchOf(raster: Raster, { x = 0, y = 0, zoom = 1, degrees = 0, mirrored = false }: Look): Float32Array {
  const patch = new Float32Array(PATCH * PATCH * 3);
  const [sin, cos] = [Math.sin((degrees * Math.PI) / 180), Math.cos((degrees * Math.PI) / 180)];
  for (let row = 0; row < PATCH; row++) {
    for (let column = 0; column < PATCH; column++) {
      const u = ((column + 0.5) / PATCH - 0.5) * zoom * (mirrored ? -1 : 1);
      const v = ((row + 0.5) / PATCH - 0.5) * zoom;
      sample(raster, (0.5 + x + u * cos - v * sin) * SIDE - 0.5, (0.5 + y + u * sin + v * cos) * SIDE - 0.5, patch, (row * PATCH + column) * 3);
    }
  }
  return patch;
}

function sample(raster: Raster, x: number, y: number, into: Float32Array, at: number): void {
  const [left, top] = [Math.max(0, Math.min(SIDE - 1.001, x)), Math.max(0, Math.min(SIDE - 1.001, y))];
  const [column, row] = [Math.floor(left), Math.floor(top)];
  const [right, below] = [left - column, top - row];
  const first = (row * SIDE + column) * 3;
  for (let channel = 0; channel < 3; channel++) {
    const corner = first + channel;
    const upper = raster[corner]! * (1 - right) + raster[corner + 3]! * right;
    const lower = raster[corner + SIDE * 3]! * (1 - right) + raster[corner + SIDE * 3 + 3]! * right;
    into[at + channel] = upper * (1 - below) + lower * below;
  }
}

function vectorOf(patch: Float32Array): Float32Array {
  const vector = new Float32Array(LENGTH);
  vector.set(weighted(shapeOf(patch), WEIGHTS.shape), 0);
  vector.set(weighted(layoutOf(patch), WEIGHTS.layout), SHAPE);
  vector.set(weighted(histogramOf(patch), WEIGHTS.histogram), SHAPE + LAYOUT);
  return vector;
}

function weighted(part: Float32Array, weight: number): Float32Array {
  let squares = 0;
  for (const value of part) squares += value * value;
  const factor = squares > 1e-9 ? Math.sqrt(weight / squares) : 0;
  return part.map((value) => value * factor);
}

/** Histograms of oriented gradients per cell (Dalal and Triggs 2005), unsigned; roots, so that one strong edge does not outweigh all others. */
function shapeOf(patch: Float32Array): Float32Array {
  const light = new Float32Array(PATCH * PATCH);
  for (let at = 0; at < light.length; at++) light[at] = 0.299 * patch[at * 3]! + 0.587 * patch[at * 3 + 1]! + 0.114 * patch[at * 3 + 2]!;
  const cells = new Float32Array(SHAPE);
  for (let row = 1; row < PATCH - 1; row++) {
    for (let column = 1; column < PATCH - 1; column++) {
      const at = row * PATCH + column;
      const [across, down] = [light[at + 1]! - light[at - 1]!, light[at + PATCH]! - light[at - PATCH]!];
      const strength = Math.hypot(across, down);
      if (strength < 1) continue;
      addEdge(cells, row, column, ((Math.atan2(down, across) + Math.PI) / Math.PI) % 1, strength);
    }
  }
  const mean = cells.reduce((so, value) => so + Math.sqrt(value), 0) / SHAPE;
  return cells.map((value) => Math.sqrt(value) - mean);
}

/** Shared out between the four nearest cells and the two nearest directions, so that a small shift changes little. */
function addEdge(cells: Float32Array, row: number, column: number, direction: number, strength: number): void {
  const [y, x, bin] = [(row + 0.5) / CELL - 0.5, (column + 0.5) / CELL - 0.5, direction * BINS];
  const [top, left, low] = [Math.floor(y), Math.floor(x), Math.floor(bin)];
  for (const [cellRow, rowShare] of [[top, 1 - (y - top)], [top + 1, y - top]] as const) {
    if (cellRow < 0 || cellRow >= CELLS) continue;
    for (const [cellColumn, columnShare] of [[left, 1 - (x - left)], [left + 1, x - left]] as const) {
      if (cellColumn < 0 || cellColumn >= CELLS) continue;
      const share = rowShare * columnShare * strength;
      const base = (cellRow * CELLS + cellColumn) * BINS;
      cells[base + (low % BINS)]! += share * (1 - (bin - low));
      cells[base + ((low + 1) % BINS)]! += share * (bin - low);
    }
  }
}

/** The mean colour of each cell, without the mean of all: brighter light and another tint change it little. */
function layoutOf(patch: Float32Array): Float32Array {
  const cells = new Float32Array(LAYOUT);
  for (let at = 0; at < PATCH * PATCH; at++) {
    const cell = (Math.floor(Math.floor(at / PATCH) / CELL) * CELLS + Math.floor((at % PATCH) / CELL)) * 3;
    const [red, green, blue] = [patch[at * 3]!, patch[at * 3 + 1]!, patch[at * 3 + 2]!];
    cells[cell]! += (red + green + blue) / 3;
    cells[cell + 1]! += red - green;
    cells[cell + 2]! += (red + green) / 2 - blue;
  }
  for (let channel = 0; channel < 3; channel++) {
    let mean = 0;
    for (let at = channel; at < LAYOUT; at += 3) mean += cells[at]! / (LAYOUT / 3);
    for (let at = channel; at < LAYOUT; at += 3) cells[at]! -= mean;
  }
  return cells;
}

/** How much there is of each hue, weak and strong, and of each grey; where it is does not matter. */
function histogramOf(patch: Float32Array): Float32Array {
  const bins = new Float32Array(HISTOGRAM);
  for (let at = 0; at < PATCH * PATCH; at++) {
    const [red, green, blue] = [patch[at * 3]! / 255, patch[at * 3 + 1]! / 255, patch[at * 3 + 2]! / 255];
    const [most, least] = [Math.max(red, green, blue), Math.min(red, green, blue)];
    const spread = most - least;
    if (spread < 0.08) { bins[HUES * 3 + Math.min(3, Math.floor(most * 4))]! += 1; continue; }
    const sixth = most === red ? ((green - blue) / spread + 6) % 6 : most === green ? (blue - red) / spread + 2 : (red - green) / spread + 4;
    bins[Math.floor((sixth / 6) * HUES) % HUES * 3 + Math.min(2, Math.floor(spread * 4))]! += 1;
  }
  return bins.map(Math.sqrt);
}
