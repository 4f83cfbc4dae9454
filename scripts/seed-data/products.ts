import slugify from '@sindresorhus/slugify';
import { BRANDS } from './brands.js';
import { categorySlug } from './categories.js';
import { DEPARTMENTS } from './departments/index.js';
import { pricesOf, priceTerms } from './prices.js';
import { randomFor, type Random } from './random.js';
import type { Department, Line, Scalar, SeedProduct, SeedSustainability, SeedVariant, Shelf, Size } from './types.js';

const ONE_SIZE: Size = ['', 100, 100, 100];
const MM_PER_CM = 10;

export const seedProducts = (): SeedProduct[] =>
  DEPARTMENTS.flatMap((department) => department.groups.flatMap(({ shelves }) => shelves.flatMap((shelf) => shelfProducts(department, shelf))));

function shelfProducts(department: Department, shelf: Shelf): SeedProduct[] {
  const taken = new Set<string>();
  return shelf.products.map((line) => {
    const random = randomFor(`${shelf.code} ${line[0]}`);
    const maker = pickMaker(department, line, taken, random);
    taken.add(maker.collection);
    return product(shelf, line, maker, random);
  });
}

type Maker = Readonly<{ brand: string; collection: string }>;

/** A collection appears once on a shelf, because the SKU is built from it, and not beside its own word ("Arc Arc Lamp"). */
function pickMaker({ brands }: Department, [type]: Line, taken: ReadonlySet<string>, random: Random): Maker {
  for (;;) {
    const brand = random.pick(brands);
    const collection = random.pick<string>(BRANDS[brand]);
    if (!taken.has(collection) && !type.includes(collection)) return { brand, collection };
  }
}

function product(shelf: Shelf, line: Line, { brand, collection }: Maker, random: Random): SeedProduct {
  const [type, , , , lead, { material = random.pick(shelf.materials), ...facts } = {}] = line;
  const name = `${collection} ${type}`;
  const slug = slugify(name);
  const fill = (sentence: string) => sentence.replaceAll('{material}', lowerFirst(String(material)));
  const variants = variantsOf(shelf, line, collection, random);
  const sustainability = random.percent(35) ? sustainabilityOf(line, random) : null;
  return {
    slug,
    name,
    description: [lead, ...random.some(shelf.details, random.between(1, 3))].map(fill).join(' '),
    brand,
    categorySlugs: [categorySlug(shelf), ...(shelf.alsoIn ?? [])],
    status: random.percent(3) ? random.pick(['draft', 'archived'] as const) : 'active',
    attributes: attributesOf(shelf, line, { material, ...facts }, variants),
    customFields: random.percent(25) ? customFieldsOf(collection, line, random) : {},
    images: imagesOf(slug, name, brand, random),
    seo: { title: `${name} by ${brand}`, description: fill(lead) },
    ...(sustainability && { sustainability }),
    variants,
  };
}

const lowerFirst = (text: string) => `${text.charAt(0).toLowerCase()}${text.slice(1)}`;

function variantsOf(shelf: Shelf, [, euros, cm, weightGrams]: Line, collection: string, random: Random): SeedVariant[] {
  const terms = priceTerms(random);
  const both = shelf.choices !== undefined && shelf.sizes !== undefined;
  const choices = shelf.choices ? random.some(shelf.choices, both ? 2 : random.between(1, 4)) : [''];
  const sizes = shelf.sizes ? random.some(shelf.sizes, both ? 2 : random.between(2, 4)) : [ONE_SIZE];
  return choices.flatMap((choice) => sizes.map(([size, pricePercent, weightPercent, widthPercent]) => {
    const sku = [shelf.code, collection, choice, size].filter((part) => part !== '').map(skuPart).join('-');
    const [width, depth, height] = cm;
    return {
      sku,
      options: { ...(choice && { [shelf.axis ?? 'colour']: choice }), ...(size && { size }) },
      barcode: barcodeOf(sku),
      weightGrams: percentOf(weightGrams, weightPercent),
      dimensionsMm: { length: depth * MM_PER_CM, width: percentOf(width * MM_PER_CM, widthPercent), height: height * MM_PER_CM },
      prices: pricesOf(euros, pricePercent, terms),
    };
  }));
}

const percentOf = (whole: number, percent: number) => Math.round((whole * percent) / 100);
/** `135 x 200` becomes 135X200 and `20 cm` 20CM: one option, one part. */
const skuPart = (text: string) => slugify(text.replace(' x ', 'x').replace(' cm', 'cm'), { decamelize: false }).toUpperCase();

/** EAN-13 from the range that GS1 keeps free for numbers inside one shop. */
function barcodeOf(sku: string): string {
  const digits = `29${String(randomFor(`barcode ${sku}`).between(0, 9_999_999_999)).padStart(10, '0')}`;
  const sum = [...digits].reduce((total, digit, index) => total + Number(digit) * (index % 2 === 0 ? 1 : 3), 0);
  return `${digits}${(10 - (sum % 10)) % 10}`;
}

/** Where sizes differ the measures belong to the variants alone. */
function attributesOf(shelf: Shelf, [, , [width, depth, height]]: Line, facts: Readonly<Record<string, Scalar>>, variants: readonly SeedVariant[]) {
  const colour = variants[0]?.options['colour'];
  const measures = shelf.sizes ? {} : { width_cm: width, depth_cm: depth, height_cm: height };
  return { ...facts, ...(colour && { colour }), ...measures };
}

function customFieldsOf(collection: string, [, euros, cm]: Line, random: Random): Record<string, Scalar> {
  const isFurniture = Math.max(...cm) >= 60 && euros >= 150;
  return {
    warranty_years: random.pick([2, 3, 5, 10]),
    gift_wrap: !isFurniture && random.percent(70),
    ...(isFurniture && { assembly_minutes: random.pick([0, 15, 20, 45]) }),
    ...(random.percent(40) && { campaign: `${collection} ${random.pick(['spring', 'summer', 'autumn', 'winter'])} edit` }),
  };
}

function sustainabilityOf([, , , weightGrams]: Line, random: Random): SeedSustainability {
  return {
    recycledPercent: random.between(0, 18) * 5,
    footprintGrams: weightGrams * random.between(2, 6),
    certifications: random.some(['Living wage audited', 'Plastic-free packaging', 'Renewable energy', 'Take-back scheme'], random.between(0, 2)),
    madeIn: random.pick(['DK', 'GB', 'IN', 'IT', 'JP', 'LT', 'PL', 'PT', 'SE']),
  };
}

function imagesOf(slug: string, name: string, brand: string, random: Random) {
  const front = { url: `/media/seed/${slug}.svg`, alt: `${name} by ${brand}, seen from the front` };
  return random.percent(50) ? [front, { url: `/media/seed/${slug}-detail.svg`, alt: `Close-up of the ${name}` }] : [front];
}
