import { once } from 'node:events';
import { createWriteStream } from 'node:fs';

const COLOURS = ['black', 'white', 'oak', 'walnut', 'sand'];
const HEADER = 'sku,slug,name,description,brand,category,price,currency,sale_price,stock,barcode,weight_grams,attributes.colour,options.size\n';

/** A file of `count` rows in our own columns: products of two variants, with stock, in 8 departments of 5 shelves. The same each time. */
export async function writeProducts(path: string, count: number): Promise<string> {
  const out = createWriteStream(path);
  out.write(HEADER);
  for (let row = 0; row < count; row++) if (!out.write(line(row))) await once(out, 'drain');
  out.end();
  await once(out, 'finish');
  return path;
}

function line(row: number): string {
  const product = Math.floor(row / 2);
  const size = row % 2 === 0 ? 'S' : 'L';
  const description = `"A piece of furniture, number ${product}, made to last. ${'It is described at some length, as products are. '.repeat(6)}"`;
  return `${[
    `GEN-${product}-${size}`, `generated-${product}`, `Generated ${product}`, description, `Brand ${product % 50}`, `Department ${product % 8} > Shelf ${product % 40}`,
    `${10 + (row % 500)}.${row % 2 === 0 ? '95' : '50'}`, 'EUR', row % 7 === 0 ? '9.99' : '', row % 90, `4006381${String(row).padStart(6, '0')}`, 100 + (row % 4000),
    COLOURS[product % COLOURS.length], size,
  ].join(',')}\n`;
}
