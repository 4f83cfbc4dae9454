import type { Department, Size } from '../types.js';

const BED_SIZES: readonly Size[] = [['90 x 200', 100, 100, 100], ['140 x 200', 128, 130, 156], ['160 x 200', 142, 145, 178], ['180 x 200', 158, 160, 200]];
const DUVET_SIZES: readonly Size[] = [['135 x 200', 100, 100, 100], ['200 x 200', 140, 145, 110], ['240 x 220', 165, 175, 120]];
const FINISHES = ['Natural', 'Smoked', 'White', 'Black'];

export const BEDROOM: Department = {
  name: 'Bedroom',
  description: 'Beds, bedding and furniture for a third of your life.',
  brands: ['Nordhem', 'Larkspur Mills', 'Oakmere', 'Hollis & Wren', 'Maison Orvelle', 'Fjordlund'],
  groups: [
    {
      name: 'Beds & Mattresses',
      description: 'Frames and mattresses in every common European size.',
      shelves: [
        {
          name: 'Bed Frames', code: 'BED',
          description: 'Wooden, upholstered and metal bed frames.',
          materials: ['Oak', 'Walnut', 'Pine', 'Powder-coated steel'],
          sizes: BED_SIZES,
          details: [
            'Sprung birch slats and a middle beam are part of the frame.',
            'All joints are metal to metal, so it stays silent when you turn over.',
            'Two people put it together in under an hour, without glue.',
            'The clearance underneath takes storage boxes of 18 cm.',
          ],
          products: [
            ['Platform Bed', 490, [96, 210, 32], 38_000, 'A low platform in {material} with nothing more than it needs.', { headboard: false }],
            ['Slatted Headboard Bed', 620, [98, 214, 95], 46_000, 'Vertical slats behind the pillows lend a little rhythm to a plain wall.', { headboard: true }],
            ['Upholstered Bed', 780, [104, 220, 112], 58_000, 'A padded headboard at exactly the right height for reading.', { material: 'Wool blend', headboard: true }],
            ['Four-Poster Bed', 1090, [100, 216, 205], 67_000, 'Slim posts draw a room within the room, with or without curtains.', { headboard: true }],
            ['Storage Bed', 860, [98, 212, 96], 82_000, 'Deep drawers on both sides take winter duvets and the suitcases too.', { headboard: true, drawers: 4 }],
            ['Day Bed', 560, [98, 208, 78], 41_000, 'A sofa for reading during the day and a full bed at night.', { headboard: false }],
          ],
        },
        {
          name: 'Mattresses', code: 'MAT',
          description: 'Foam, sprung and natural mattresses with a 100-night trial.',
          materials: ['Memory foam', 'Natural latex', 'Pocket springs', 'Wool and horsehair'],
          sizes: BED_SIZES,
          details: [
            'The cover unzips on all four sides and is washable at 60 °C.',
            'Seven zones are softer at the shoulder and firmer at the hip.',
            'The core of {material} comes rolled and takes its shape within a day.',
            'Handles on the sides make it easier to turn twice a year.',
          ],
          products: [
            ['Medium Mattress', 390, [90, 200, 22], 17_000, 'The middle way that suits most people, most of the time.', { firmness: 'medium' }],
            ['Firm Mattress', 420, [90, 200, 22], 19_000, 'Even support for those who sleep on their back or front.', { firmness: 'firm' }],
            ['Soft Mattress', 410, [90, 200, 24], 16_500, 'Gives way at the shoulder and is gentle to side sleepers.', { firmness: 'soft' }],
            ['Dual-Side Mattress', 530, [90, 200, 25], 21_500, 'Medium on one side and firm on the other: turn it over and decide again.', { firmness: 'reversible' }],
            ['Cooling Mattress', 590, [90, 200, 24], 20_500, 'An open structure and a cool cover for people who sleep warm.', { firmness: 'medium' }],
            ['Mattress Topper', 180, [90, 200, 7], 6_200, 'Seven centimetres of comfort that rescue a bed that is too hard.', { firmness: 'soft' }],
          ],
        },
      ],
    },
    {
      name: 'Bedding',
      description: 'Linen, pillows and blankets for every season.',
      shelves: [
        {
          name: 'Duvet Covers', code: 'DUV',
          description: 'Duvet cover sets in cotton, linen and flannel.',
          materials: ['Cotton percale', 'Washed linen', 'Cotton sateen', 'Organic cotton'],
          axis: 'colour', choices: ['White', 'Stone', 'Dusk Blue', 'Clay', 'Sage'],
          sizes: DUVET_SIZES,
          details: [
            'Corner ties on the inside keep the duvet where it belongs.',
            'Woven from {material} and softer after every wash.',
            'Coconut-shell buttons close the bottom edge.',
            'The set includes matching pillowcases.',
          ],
          products: [
            ['Plain Duvet Cover', 69, [30, 24, 6], 1_150, 'A plain set that goes with whatever the room is already wearing.', { thread_count: 200 }],
            ['Striped Duvet Cover', 79, [30, 24, 6], 1_200, 'Fine woven stripes that look ironed even when they are not.', { thread_count: 220 }],
            ['Seersucker Duvet Cover', 85, [30, 24, 7], 1_250, 'A crinkled weave that lies lightly on the skin in summer.', { material: 'Cotton', thread_count: 160 }],
            ['Flannel Duvet Cover', 75, [32, 26, 8], 1_600, 'Brushed on both sides for nights when the heating is off.', { material: 'Cotton flannel', thread_count: 140 }],
            ['Stonewashed Duvet Cover', 129, [30, 24, 7], 1_450, 'Washed with pumice until it has the ease of an old shirt.', { material: 'Washed linen', thread_count: 150 }],
            ['Embroidered Duvet Cover', 99, [30, 24, 6], 1_300, 'A single line of embroidery runs along the turn-down.', { thread_count: 300 }],
          ],
        },
        {
          name: 'Pillows', code: 'PIL',
          description: 'Pillows for every sleeping position.',
          materials: ['Goose down', 'Memory foam', 'Kapok', 'Recycled microfibre'],
          details: [
            'The filling of {material} can be taken out or topped up through a side zip.',
            'The cotton case is tightly woven, so nothing pricks through.',
            'It is washable at 40 °C and dries on a rack overnight.',
            'Tested for harmful substances to the strictest textile class.',
          ],
          products: [
            ['Side-Sleeper Pillow', 59, [60, 40, 14], 1_100, 'A high, firm edge fills the gap between shoulder and ear.', { firmness: 'firm' }],
            ['Classic Pillow', 45, [80, 50, 12], 950, 'The pillow you would draw if somebody asked you to draw a pillow.', { firmness: 'medium' }],
            ['Low Pillow', 39, [60, 40, 8], 700, 'Nearly flat, for those who sleep on their front and wake without a stiff neck.', { firmness: 'soft' }],
            ['Contour Pillow', 65, [60, 35, 11], 1_300, 'Two waves of different height let you choose which one holds your neck.', { material: 'Memory foam', firmness: 'medium' }],
            ['Body Pillow', 79, [145, 40, 14], 2_400, 'A long pillow to hug, lean on or put between the knees.', { firmness: 'soft' }],
            ['Travel Pillow', 32, [40, 30, 9], 450, 'Rolls into its own pocket and turns a train seat into something better.', { firmness: 'medium' }],
          ],
        },
        {
          name: 'Blankets & Throws', code: 'BLK',
          description: 'Blankets, throws and quilts.',
          materials: ['Lambswool', 'Cotton', 'Alpaca', 'Recycled wool'],
          axis: 'colour', choices: ['Oat', 'Rust', 'Forest Green', 'Ink', 'Rose'],
          details: [
            'Woven from {material} in a mill that has done little else for a century.',
            'The edges are fringed by hand and will not fray.',
            'Airing it outdoors is usually all the care it wants.',
          ],
          products: [
            ['Herringbone Throw', 95, [40, 30, 8], 900, 'A herringbone throw with just enough weight to be noticed.', { season: 'all year' }],
            ['Chunky Knit Blanket', 145, [45, 40, 20], 2_300, 'Thick stitches that hold warmth the way a good jumper does.', { season: 'winter' }],
            ['Waffle Blanket', 79, [40, 32, 9], 1_300, 'Deep waffle squares dry fast and breathe on warm nights.', { material: 'Cotton', season: 'summer' }],
            ['Quilted Bedspread', 139, [50, 40, 15], 2_600, 'A thin quilt that makes any bed look as though it had been made.', { season: 'all year' }],
            ['Picnic Blanket', 69, [42, 20, 20], 1_500, 'A waterproof back keeps damp grass on the other side.', { season: 'summer' }],
            ['Weighted Blanket', 129, [45, 40, 15], 7_000, 'Seven kilograms, spread evenly, for people whose thoughts keep walking about.', { season: 'all year' }],
          ],
        },
      ],
    },
    {
      name: 'Bedroom Furniture',
      description: 'Bedside tables and drawers.',
      shelves: [
        {
          name: 'Bedside Tables', code: 'NGT',
          description: 'A place for the glass of water and the unread book.',
          materials: ['Oak', 'Walnut', 'Ash', 'Powder-coated steel'],
          axis: 'finish', choices: FINISHES,
          details: [
            'The drawer runs on wooden rails that are waxed by hand.',
            'A slot at the back lets the charging cable through.',
            'The surface in {material} forgives a wet glass.',
          ],
          products: [
            ['One-Drawer Bedside Table', 159, [44, 36, 50], 11_000, 'One drawer and an open shelf, which is all that a night asks for.', { drawers: 1 }],
            ['Floating Bedside Shelf', 99, [40, 28, 18], 5_600, 'Hangs on the wall and leaves the floor free to be swept.', { drawers: 1 }],
            ['Round Bedside Table', 189, [40, 40, 52], 9_400, 'A small round table with a hidden drawer for earplugs and hand cream.', { drawers: 1 }],
            ['Three-Drawer Bedside Table', 229, [48, 40, 62], 19_000, 'Three drawers keep a small bedroom from overflowing.', { drawers: 3 }],
            ['Bedside Stool', 89, [38, 30, 46], 4_800, 'A stool that spends its nights as a table and its days as a step.', { drawers: 0 }],
            ['Cane-Front Bedside Table', 219, [46, 38, 54], 12_200, 'Woven cane lets the cupboard breathe and gives the light something to play with.', { material: 'Ash and cane', drawers: 0 }],
          ],
        },
        {
          name: 'Chests of Drawers', code: 'CHD',
          description: 'Drawers for everything that folds.',
          materials: ['Oak', 'Walnut', 'Pine', 'Birch plywood'],
          axis: 'finish', choices: FINISHES,
          details: [
            'Drawers pull out fully and stop softly.',
            'Dovetailed corners in {material} are as strong as they look.',
            'Wall fittings are included and should be used.',
            'The inside is lined with cedar, which moths dislike.',
          ],
          products: [
            ['Three-Drawer Chest', 420, [80, 46, 78], 38_000, 'Three deep drawers for jumpers, with a top at the right height for a mirror.', { drawers: 3 }],
            ['Five-Drawer Chest', 560, [80, 46, 112], 51_000, 'One drawer for each working day, or so it is tempting to say.', { drawers: 5 }],
            ['Six-Drawer Chest', 690, [140, 46, 80], 66_000, 'Wide and low, with a side for each of two people.', { drawers: 6 }],
            ['Tallboy', 620, [60, 46, 135], 48_000, 'Seven narrow drawers on the footprint of a chair.', { drawers: 7 }],
            ['Lingerie Chest', 390, [46, 40, 118], 29_000, 'Shallow drawers for the small things that get lost in deep ones.', { drawers: 6 }],
            ['Changing Chest', 590, [96, 54, 92], 49_000, 'A removable top turns it from changing table into an ordinary chest.', { drawers: 4 }],
          ],
        },
      ],
    },
  ],
};
