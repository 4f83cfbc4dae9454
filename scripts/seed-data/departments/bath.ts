import type { Department, Size } from '../types.js';

const TOWEL_SIZES: readonly Size[] = [['50 x 100', 100, 100, 100], ['70 x 140', 185, 200, 120], ['100 x 150', 260, 300, 140]];

export const BATH: Department = {
  name: 'Bath',
  description: 'Towels, storage and the small things of a bathroom.',
  brands: ['Larkspur Mills', 'Tidewater Goods', 'Takeda Home', 'Petra Studio', 'Fjordlund', 'Sundry House'],
  groups: [
    {
      name: 'Bath Linen',
      description: 'Towels and mats that dry you and then themselves.',
      shelves: [
        {
          name: 'Towels', code: 'TWL',
          description: 'Towels from guest to bath sheet.',
          materials: ['Organic cotton', 'Combed cotton', 'Linen and cotton', 'Bamboo viscose'],
          sizes: TOWEL_SIZES,
          details: [
            'A loop at the long side hangs it without pulling a thread.',
            'Yarn of {material} is combed first, so it sheds very little.',
            'Wash it once before first use and it drinks twice as much.',
            'Dyed with a third of the usual water.',
          ],
          products: [
            ['Zero-Twist Towel', 15, [25, 17, 6], 260, 'Loops without twist make it light, soft and quick to dry.', { weight_gsm: 500 }],
            ['Waffle Towel', 14, [25, 17, 4], 190, 'A deep waffle weave with a brisk feel and no patience for damp.', { weight_gsm: 320 }],
            ['Ribbed Towel', 16, [25, 17, 6], 280, 'Fine ribs run along its length and keep it looking neat on the rail.', { weight_gsm: 550 }],
            ['Hammam Towel', 19, [28, 18, 4], 210, 'Flat-woven and fringed, as good on a beach as it is after a bath.', { weight_gsm: 240 }],
            ['Heavyweight Towel', 22, [26, 18, 8], 400, 'Dense enough to feel like a hotel that you could not quite afford.', { weight_gsm: 700 }],
            ['Striped Towel', 17, [25, 17, 6], 270, 'Woven stripes that tell everybody in the house whose towel is whose.', { weight_gsm: 480 }],
          ],
        },
        {
          name: 'Bath Mats', code: 'BMT',
          description: 'Mats for bare feet.',
          materials: ['Organic cotton', 'Recycled cotton', 'Cedar', 'Diatomite'],
          axis: 'colour', choices: ['White', 'Stone', 'Sea Green', 'Charcoal'],
          details: [
            'It stays put on wet tiles.',
            'The surface of {material} is dry again before the next person is up.',
            'Low enough for a door to swing over it.',
          ],
          products: [
            ['Tufted Bath Mat', 35, [60, 40, 3], 1_100, 'Deep tufts between warm feet and a cold floor.', { material: 'Organic cotton', machine_washable: true }],
            ['Terry Bath Mat', 24, [60, 45, 2], 650, 'A thick terry mat that goes in with the towels.', { material: 'Organic cotton', machine_washable: true }],
            ['Slatted Bath Mat', 55, [60, 40, 4], 2_700, 'Smooth slats let the water through and the feeling of a sauna in.', { material: 'Cedar', machine_washable: false }],
            ['Stone Bath Mat', 49, [60, 39, 1], 3_100, 'Footprints vanish from it within a minute.', { material: 'Diatomite', machine_washable: false }],
            ['Reversible Bath Mat', 39, [70, 50, 3], 1_300, 'Woven alike on both sides, so one of them is always fresh.', { material: 'Recycled cotton', machine_washable: true }],
            ['Shower Mat', 29, [55, 55, 1], 900, 'Hundreds of small suckers hold it inside the tub or the shower.', { material: 'Natural rubber', machine_washable: true }],
          ],
        },
      ],
    },
    {
      name: 'Bathroom Storage',
      description: 'Baskets, shelves and cabinets that stand up to steam.',
      shelves: [
        {
          name: 'Laundry Baskets', code: 'LDB',
          description: 'Baskets and hampers for what is waiting to be washed.',
          materials: ['Willow', 'Seagrass', 'Cotton canvas', 'Bamboo'],
          axis: 'colour', choices: ['Natural', 'Grey', 'Black'],
          details: [
            'The lining lifts out and goes into the machine with its contents.',
            'Two handles of {material} make it easy to carry downstairs.',
            'It lets the air through, so nothing turns musty.',
          ],
          products: [
            ['Lidded Laundry Basket', 69, [40, 40, 60], 2_800, 'A tall basket with a lid, because nobody needs to see it.', { capacity_litres: 60 }],
            ['Divided Laundry Hamper', 85, [60, 35, 60], 3_600, 'Two bags inside do the sorting before wash day.', { capacity_litres: 90 }],
            ['Folding Laundry Basket', 39, [45, 32, 27], 1_200, 'Folds to the thickness of a magazine and hides behind the door.', { capacity_litres: 38 }],
            ['Rolling Hamper', 95, [45, 38, 72], 4_400, 'On four quiet wheels, one pair of which locks.', { capacity_litres: 70 }],
            ['Corner Laundry Basket', 75, [42, 42, 62], 3_000, 'A quarter-round that claims the corner behind the door.', { capacity_litres: 55 }],
            ['Peg Basket', 19, [24, 24, 16], 450, 'Hangs from the line and keeps the pegs at hand.', { capacity_litres: 5 }],
          ],
        },
        {
          name: 'Bathroom Shelves', code: 'BSH',
          description: 'Shelves, caddies and cabinets.',
          materials: ['Bamboo', 'Powder-coated steel', 'Teak', 'Stainless steel'],
          axis: 'colour', choices: ['Natural', 'White', 'Black'],
          details: [
            'The {material} is sealed against steam and splashes.',
            'Everything needed to put it up is in the box.',
            'Small drain holes keep puddles from forming.',
          ],
          products: [
            ['Shower Caddy', 45, [30, 12, 50], 1_500, 'Three levels for the bottles that otherwise stand on the floor.', { tiers: 3 }],
            ['Ladder Towel Rack', 119, [50, 28, 170], 5_800, 'Leans against the wall and dries five towels at once.', { tiers: 5 }],
            ['Over-Toilet Shelf', 99, [64, 25, 165], 7_200, 'Makes three shelves out of a wall that had nothing to do.', { tiers: 3 }],
            ['Bath Tray', 55, [75, 15, 5], 1_600, 'Holds a book, a candle and a glass at the right distance from the water.', { tiers: 1 }],
            ['Wall Cabinet', 149, [50, 20, 60], 8_400, 'A shallow cabinet that holds more than the one behind the mirror did.', { tiers: 3 }],
            ['Corner Shelf', 39, [24, 24, 40], 1_300, 'Two quarter-round shelves for the corner of the shower.', { tiers: 2 }],
          ],
        },
      ],
    },
    {
      name: 'Bathroom Accessories',
      description: 'Dispensers, holders and mirrors.',
      shelves: [
        {
          name: 'Soap & Toothbrush Holders', code: 'SDS',
          description: 'Dispensers, dishes, tumblers and trays for the basin.',
          materials: ['Marble', 'Stoneware', 'Recycled glass', 'Concrete'],
          axis: 'colour', choices: ['White', 'Speckled Grey', 'Forest Green', 'Black'],
          details: [
            'A cork base keeps it quiet on the basin.',
            'The {material} is polished inside and out and rinses clean.',
            'Pieces of the same collection match across the whole bathroom.',
          ],
          products: [
            ['Soap Dispenser', 29, [8, 8, 18], 620, 'A refillable pump that gives a sensible amount.', { capacity_ml: 350 }],
            ['Soap Dish', 16, [13, 9, 3], 340, 'Ridges keep the bar dry and twice as long in service.', { pieces: 1 }],
            ['Toothbrush Holder', 18, [8, 8, 11], 410, 'Wide enough for electric handles and open at the bottom for the drips.', { pieces: 1 }],
            ['Vanity Tray', 25, [26, 13, 2], 780, 'A little tray that makes three bottles look like a decision.', { pieces: 1 }],
            ['Bathroom Set', 69, [28, 18, 19], 1_700, 'Dispenser, dish and tumbler from one batch of glaze.', { pieces: 3 }],
            ['Cotton Jar', 22, [10, 10, 12], 520, 'A lidded jar for cotton pads, bath salts or hair ties.', { capacity_ml: 500 }],
          ],
        },
        {
          name: 'Bathroom Mirrors', code: 'BMR',
          description: 'Mirrors that do not mind the damp.',
          materials: ['Brass', 'Powder-coated steel', 'Oak', 'Aluminium'],
          axis: 'finish', choices: ['Brass', 'Matt Black', 'White'],
          details: [
            'The silvering is sealed at the edge and free of copper.',
            'A slim frame of {material} stands off the wall by two centimetres.',
            'It hangs upright or sideways; the fittings allow both.',
          ],
          products: [
            ['Round Bathroom Mirror', 119, [60, 3, 60], 5_200, 'A simple round mirror, large enough for two people in a hurry.', { shape: 'round', lit: false }],
            ['Backlit Mirror', 249, [80, 4, 60], 9_600, 'An even halo of light that is honest about mornings.', { shape: 'rectangular', lit: true }],
            ['Arched Bathroom Mirror', 159, [50, 3, 75], 6_700, 'An arch on top softens a room full of tiles.', { shape: 'arched', lit: false }],
            ['Shaving Mirror', 59, [20, 30, 34], 1_400, 'Folds out on two arms and magnifies three times on its other side.', { shape: 'round', lit: false }],
            ['Mirror Cabinet', 279, [70, 14, 70], 16_500, 'Mirrors inside and out, with a socket for the toothbrush.', { shape: 'rectangular', lit: true }],
            ['Shelf Mirror', 139, [45, 11, 70], 7_100, 'A narrow ledge at the bottom holds what you need every day.', { shape: 'rectangular', lit: false }],
          ],
        },
      ],
    },
  ],
};
