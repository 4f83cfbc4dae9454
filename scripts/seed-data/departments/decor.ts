import type { Department, Size } from '../types.js';

const RUG_SIZES: readonly Size[] = [['120 x 170', 100, 100, 100], ['160 x 230', 172, 180, 133], ['200 x 300', 268, 294, 167]];
const CURTAIN_DROPS: readonly Size[] = [['140 cm', 100, 100, 100], ['180 cm', 118, 128, 105], ['250 cm', 142, 178, 110]];
const FRAMES: readonly Size[] = [['30 x 40', 100, 100, 100], ['50 x 70', 175, 220, 159], ['70 x 100', 260, 380, 218]];

export const DECOR: Department = {
  name: 'Decor',
  description: 'Rugs, cushions, mirrors and vases: the things that make a room yours.',
  brands: ['Larkspur Mills', 'Petra Studio', 'Maison Orvelle', 'Ember & Clay', 'Casa Lumera', 'Willowbank'],
  groups: [
    {
      name: 'Soft Furnishings',
      description: 'Rugs, cushions and curtains.',
      shelves: [
        {
          name: 'Rugs', code: 'RUG',
          description: 'Rugs and runners in wool, jute and cotton.',
          materials: ['Pure new wool', 'Jute', 'Recycled cotton', 'Wool and viscose'],
          sizes: RUG_SIZES,
          details: [
            'Made from {material} on hand looms, with small differences from rug to rug.',
            'A non-slip underlay is worth buying with it on smooth floors.',
            'It sheds a little in the first weeks and then never again.',
            'Certified free of child labour by an independent inspector.',
          ],
          products: [
            ['Berber Rug', 179, [120, 18, 18], 5_600, 'Dark lines on a pale ground, drawn by eye and pleasantly uneven.', { pile_mm: 18 }],
            ['Flatweave Rug', 129, [120, 15, 15], 3_900, 'Thin enough for a door to pass over and equally good on both sides.', { pile_mm: 4 }],
            ['Shaggy Rug', 189, [120, 24, 24], 7_200, 'A deep pile for the place where feet land in the morning.', { pile_mm: 40 }],
            ['Braided Rug', 149, [120, 17, 17], 5_200, 'Thick braids sewn edge to edge, which neither curl nor care.', { pile_mm: 8 }],
            ['Kilim Rug', 169, [120, 15, 15], 4_100, 'Stepped diamonds in colours that the sun has already agreed with.', { pile_mm: 4 }],
            ['Checkerboard Rug', 199, [120, 20, 20], 6_300, 'Two tones in soft squares, tufted at slightly different heights.', { pile_mm: 14 }],
          ],
        },
        {
          name: 'Cushions', code: 'CUS',
          description: 'Cushions and cushion covers.',
          materials: ['Cotton velvet', 'Linen', 'Bouclé', 'Organic cotton', 'Wool'],
          axis: 'colour', choices: ['Rust', 'Sage', 'Ochre', 'Ink', 'Oat'],
          details: [
            'The cover in {material} comes off by a hidden zip.',
            'A feather inner is included, a size larger than the cover, for plump corners.',
            'Front and back are the same, so there is no wrong way round.',
          ],
          products: [
            ['Square Cushion', 35, [45, 45, 14], 620, 'The plain one, which every other cushion needs beside it.', { shape: 'square' }],
            ['Lumbar Cushion', 39, [60, 35, 13], 640, 'Long and low, for the part of the back that complains first.', { shape: 'rectangular' }],
            ['Round Cushion', 42, [40, 40, 12], 560, 'A pleated disc that breaks up a row of squares.', { shape: 'round' }],
            ['Bolster Cushion', 45, [60, 20, 20], 810, 'A firm roll for the arm of the sofa or the nape of the neck.', { shape: 'cylindrical' }],
            ['Floor Cushion', 89, [65, 65, 22], 3_100, 'A seat for whoever would rather be on the floor anyway.', { shape: 'square' }],
            ['Embroidered Cushion', 55, [50, 50, 14], 700, 'A single motif, stitched by hand over the better part of a day.', { shape: 'square' }],
          ],
        },
        {
          name: 'Curtains', code: 'CTN',
          description: 'Curtains and sheers, sold in pairs.',
          materials: ['Linen', 'Cotton', 'Cotton velvet', 'Recycled polyester'],
          sizes: CURTAIN_DROPS,
          details: [
            'It hangs from rings or straight from the rail; both are sewn in.',
            'The hem is loose-stitched, so it can be shortened on the kitchen table.',
            'Woven from {material} that has been washed once, and will not shrink again.',
          ],
          products: [
            ['Blackout Curtain Pair', 99, [40, 30, 8], 2_800, 'A woven lining makes midnight of any June morning.', { opacity: 'blackout' }],
            ['Sheer Curtain Pair', 59, [36, 28, 4], 800, 'Lets the daylight in and keeps the glances out.', { material: 'Linen', opacity: 'sheer' }],
            ['Lined Curtain Pair', 119, [42, 32, 10], 3_200, 'Full and heavy, with a fall that needs no arranging.', { opacity: 'dimming' }],
            ['Café Curtain', 39, [32, 26, 3], 450, 'Covers the lower half of a kitchen window and leaves the sky alone.', { material: 'Linen', opacity: 'sheer' }],
            ['Thermal Curtain Pair', 129, [44, 34, 11], 3_600, 'Three layers that a draughty window will hardly get through.', { opacity: 'blackout' }],
            ['Striped Curtain Pair', 89, [40, 30, 7], 2_100, 'A fine vertical stripe that makes the ceiling look further away.', { opacity: 'dimming' }],
          ],
        },
      ],
    },
    {
      name: 'Wall Decor',
      description: 'Mirrors, clocks and prints.',
      shelves: [
        {
          name: 'Wall Mirrors', code: 'MIR',
          description: 'Mirrors for halls, bedrooms and above the mantelpiece.',
          materials: ['Oak', 'Brass', 'Rattan', 'Powder-coated steel'],
          axis: 'finish', choices: ['Natural', 'Brass', 'Black'],
          details: [
            'The glass is five millimetres thick and does not distort.',
            'The frame of {material} is mitred and pinned by hand.',
            'Screws and plugs for brick and plasterboard come with it.',
          ],
          products: [
            ['Sunburst Mirror', 139, [70, 5, 70], 4_200, 'Thin rays around a small mirror, for a wall that gets no sun.', { shape: 'round' }],
            ['Full-Length Mirror', 229, [60, 4, 170], 14_800, 'Shows you from hat to shoes and leans or hangs as you like.', { shape: 'rectangular' }],
            ['Arched Mirror', 199, [80, 4, 120], 11_900, 'Looks at first like a window into another room.', { shape: 'arched' }],
            ['Hallway Mirror', 109, [40, 8, 80], 5_600, 'Three hooks below the glass for keys, scarf and lead.', { shape: 'rectangular' }],
            ['Pebble Mirror', 149, [55, 3, 75], 6_300, 'An outline without a straight line in it.', { shape: 'organic' }],
            ['Overmantel Mirror', 289, [120, 5, 90], 18_500, 'Wide enough to double the candles on the mantelpiece.', { shape: 'rectangular' }],
          ],
        },
        {
          name: 'Wall Clocks', code: 'CLK',
          description: 'Clocks that are easy to read and hard to hear.',
          materials: ['Oak', 'Walnut', 'Brass', 'Recycled aluminium'],
          axis: 'colour', choices: ['Natural', 'White', 'Black', 'Sage'],
          details: [
            'A sweeping movement turns without a tick.',
            'It runs for about two years on one AA cell.',
            'The case of {material} is closed at the back against dust.',
          ],
          products: [
            ['Kitchen Clock', 49, [30, 5, 30], 900, 'Large figures that can be read with flour on your glasses.', { silent: true, diameter_cm: 30 }],
            ['Station Clock', 89, [40, 7, 40], 1_800, 'Two faces on a bracket, for a hallway with ambitions.', { silent: true, diameter_cm: 36 }],
            ['Minimal Clock', 59, [28, 4, 28], 700, 'Two hands, no figures and a good deal of calm.', { silent: true, diameter_cm: 28 }],
            ['Pendulum Clock', 149, [26, 12, 58], 3_100, 'A short pendulum that keeps the room company.', { silent: false, diameter_cm: 22 }],
            ['Mantel Clock', 79, [22, 8, 18], 1_100, 'Stands where a clock used to stand and needs no winding.', { silent: true, diameter_cm: 14 }],
            ['Oversized Clock', 169, [70, 5, 70], 4_600, 'Seventy centimetres of time for a bare staircase wall.', { silent: true, diameter_cm: 70 }],
          ],
        },
        {
          name: 'Art Prints', code: 'ART',
          description: 'Framed prints by illustrators whom we know by name.',
          materials: ['Cotton paper', 'Recycled paper', 'Linen canvas'],
          sizes: FRAMES,
          details: [
            'Printed on {material} with pigment inks that keep their colour for decades.',
            'The oak frame and its acrylic glass are ready to hang.',
            'Every sheet names its artist and the year on the back.',
          ],
          products: [
            ['Coastline Print', 49, [34, 3, 44], 1_000, 'A harbour reduced to five blues and one red sail.', { theme: 'landscape', framed: true }],
            ['Botanical Print', 45, [34, 3, 44], 1_000, 'Fern fronds, pressed, scanned and given room to breathe.', { theme: 'botanical', framed: true }],
            ['Abstract Print', 55, [34, 3, 44], 1_000, 'Overlapping shapes that look different after dark.', { theme: 'abstract', framed: true }],
            ['Line Drawing Print', 42, [34, 3, 44], 1_000, 'One line, drawn without lifting the pen, that turns out to be a cat.', { theme: 'figure', framed: true }],
            ['City Map Print', 47, [34, 3, 44], 1_000, 'Old streets in fine grey, with the river as the only colour.', { theme: 'map', framed: true }],
            ['Still Life Print', 52, [34, 3, 44], 1_000, 'Three pears and a jug, waiting for lunch since last summer.', { theme: 'still life', framed: true }],
          ],
        },
      ],
    },
    {
      name: 'Plants & Vases',
      description: 'Vases, pots and stands.',
      shelves: [
        {
          name: 'Vases', code: 'VAS',
          description: 'Vases for one stem or for the whole market stall.',
          materials: ['Stoneware', 'Recycled glass', 'Porcelain', 'Terracotta'],
          axis: 'colour', choices: ['Chalk', 'Sand', 'Moss', 'Cobalt', 'Smoke'],
          details: [
            'Thrown in {material} and watertight without a liner.',
            'The opening is narrow enough to hold stems where you put them.',
            'A bottle brush and warm water are all that it asks for.',
          ],
          products: [
            ['Bud Vase', 22, [9, 9, 16], 420, 'A small vase for the one flower that fell off the bunch.', { opening_cm: 2 }],
            ['Bottle Vase', 39, [14, 14, 30], 1_100, 'A slender neck on round shoulders, good even when empty.', { opening_cm: 4 }],
            ['Amphora Vase', 59, [24, 20, 32], 2_200, 'Two handles and a shape that has not needed changing since antiquity.', { opening_cm: 9 }],
            ['Fluted Vase', 45, [18, 18, 25], 1_500, 'Vertical grooves catch the light at every hour from another side.', { opening_cm: 12 }],
            ['Floor Vase', 119, [28, 28, 60], 6_800, 'Stands on the floor with branches that reach to the ceiling.', { opening_cm: 13 }],
            ['Ikebana Bowl', 49, [26, 26, 8], 1_300, 'A shallow bowl with a brass pin frog, for arranging with intent.', { opening_cm: 24 }],
          ],
        },
        {
          name: 'Plant Pots', code: 'POT',
          description: 'Indoor pots, stands and hanging planters.',
          materials: ['Terracotta', 'Stoneware', 'Seagrass', 'Recycled plastic'],
          axis: 'colour', choices: ['Terracotta', 'Chalk', 'Slate', 'Moss'],
          details: [
            'A saucer is included, so the windowsill stays dry.',
            'The {material} breathes, which roots appreciate.',
            'Sized for standard nursery pots with a finger’s room to spare.',
          ],
          products: [
            ['Classic Plant Pot', 24, [18, 18, 17], 1_200, 'Straight sides and a thick rim, in the size that most plants grow into.', { drainage: true }],
            ['Hanging Planter', 35, [20, 20, 18], 900, 'Hangs by three cotton cords and is level from the start.', { drainage: false }],
            ['Plant Stand', 59, [30, 30, 40], 2_100, 'Lifts a large plant off the floor and into the light.', { drainage: false }],
            ['Self-Watering Pot', 39, [20, 20, 20], 1_100, 'A wick and a hidden tank look after things for two weeks.', { drainage: true }],
            ['Herb Planter', 45, [42, 14, 14], 2_000, 'Three herbs in a row on the sill, with a shared tray.', { drainage: true }],
            ['Footed Planter', 55, [26, 26, 28], 3_400, 'A rounded pot on three short feet, like a friendly cauldron.', { drainage: true }],
          ],
        },
      ],
    },
  ],
};
