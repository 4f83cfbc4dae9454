import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

type Weight = 'regular' | 'bold';
const require = createRequire(import.meta.url);
/** This package shows only its entry to the outside; the fonts lie beside it. */
const eastAsian = (file: string) => join(dirname(require.resolve('@embedpdf/fonts-jp')), '../fonts', file);
const FILES = {
  wide: { regular: () => require.resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf'), bold: () => require.resolve('dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf') },
  eastAsian: { regular: () => eastAsian('NotoSansJP-Regular.otf'), bold: () => eastAsian('NotoSansJP-Bold.otf') },
} as const;
/** Han, kana, Hangul and full-width forms; Korean syllables are not in the Japanese font and show as boxes. */
const EAST_ASIAN = /[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]/;

const loaded = new Map<string, Buffer>();
/** Latin, Greek, Cyrillic, Hebrew, Arabic, Armenian and Georgian are in one font, East Asian scripts in another, read when first needed. */
export function fontFor(text: string, weight: Weight = 'regular'): { name: string; file: Buffer } {
  const script = EAST_ASIAN.test(text) ? 'eastAsian' : 'wide';
  const name = `${script}-${weight}`;
  let file = loaded.get(name);
  if (!file) loaded.set(name, file = readFileSync(FILES[script][weight]()));
  return { name, file };
}
