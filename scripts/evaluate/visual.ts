import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { rasterOf } from '../../src/selling/visual-search/raster.js';
import { describeParts, describeTurns, likeness, type Vectors } from '../../src/selling/visual-search/visual-search.js';

export type VisualQuality = { distortions: Array<{ name: string; first: number; top5: number }>; top5: number; classAt10: number; p95Ms: number; pictures: number };

const DEPTH = 10;
type Distort = (image: Sharp, size: { width: number; height: number }) => Sharp;
const part = (left: number, top: number, share: number): Distort => (image, { width, height }) => image.extract({
  left: Math.round(width * left), top: Math.round(height * top), width: Math.floor(width * share), height: Math.floor(height * share),
});

/** What happens to a picture between a catalogue and a customer's telephone. */
const DISTORTIONS: ReadonlyArray<readonly [string, Distort]> = [
  ['crop 20 % at a corner', part(0, 0, 0.8)], ['crop 20 % at the other', part(0.2, 0.2, 0.8)], ['crop to the middle 70 %', part(0.15, 0.15, 0.7)],
  ['rotate 10 degrees', (image) => image.rotate(10, { background: '#000' })], ['rotate 10 the other way, white', (image) => image.rotate(-10, { background: '#fff' })],
  ['rotate 90 degrees', (image) => image.rotate(90)], ['mirror', (image) => image.flop()],
  ['JPEG of quality 30', (image) => image], ['brighter by 40 %', (image) => image.modulate({ brightness: 1.4 })], ['darker by 40 %', (image) => image.modulate({ brightness: 0.6 })],
  ['recoloured: hue by 90', (image) => image.modulate({ hue: 90 })], ['grey', (image) => image.greyscale()],
];

/** Every picture of a folder (CLASS__id.jpg) in the index, and each of them, or every n-th, asked for in every distortion. */
export async function measureVisual(folder: string, onStep: (what: string) => void = () => {}, every = 1): Promise<VisualQuality> {
  const names = readdirSync(folder).filter((name) => name.endsWith('.jpg')).sort();
  const parts: Vectors[] = [];
  for (const name of names) parts.push(describeParts(await rasterOf(join(folder, name))));
  onStep(`${names.length} pictures indexed`);
  const took: number[] = [];
  const rank = async (picture: Buffer) => {
    const begun = process.cpuUsage();
    const turns = describeTurns(await rasterOf(picture));
    const ranked = parts.map((one, at) => ({ at, score: likeness(turns, one) })).sort((a, b) => b.score - a.score).slice(0, DEPTH + 1).map(({ at }) => at);
    const { user, system } = process.cpuUsage(begun);
    took.push((user + system) / 1000);
    return ranked;
  };
  const asked = [...names.entries()].filter(([at]) => at % every === 0);
  const distortions = [];
  for (const [name, distort] of DISTORTIONS) {
    onStep(name);
    let [first, top5] = [0, 0];
    for (const [at, file] of asked) {
      const image = sharp(join(folder, file));
      const { width, height } = await image.metadata();
      const ranked = await rank(await distort(image, { width, height }).jpeg({ quality: name.startsWith('JPEG') ? 30 : 85 }).toBuffer());
      if (ranked[0] === at) first += 1;
      if (ranked.slice(0, 5).includes(at)) top5 += 1;
    }
    distortions.push({ name, first: first / asked.length, top5: top5 / asked.length });
  }
  const classOf = (name: string) => name.split('__')[0];
  let alike = 0;
  for (const [at, file] of asked) {
    const others = (await rank(await sharp(join(folder, file)).jpeg().toBuffer())).filter((other) => other !== at).slice(0, DEPTH);
    alike += others.filter((other) => classOf(names[other]!) === classOf(file)).length / DEPTH;
  }
  return {
    distortions, top5: distortions.reduce((so, one) => so + one.top5, 0) / distortions.length, classAt10: alike / asked.length,
    p95Ms: [...took].sort((a, b) => a - b)[Math.floor(took.length * 0.95)] ?? 0, pictures: names.length,
  };
}
