import type { Department } from '../types.js';

const FINISHES = ['Anthracite', 'White', 'Olive', 'Terracotta'];

export const OUTDOOR: Department = {
  name: 'Outdoor',
  description: 'Furniture, planters and fire for balconies, terraces and gardens.',
  brands: ['Tidewater Goods', 'Willowbank', 'Oakmere', 'Fjordlund', 'Casa Lumera', 'Ember & Clay'],
  groups: [
    {
      name: 'Garden Furniture',
      description: 'Chairs, loungers and tables that may stay outside.',
      shelves: [
        {
          name: 'Garden Seating', code: 'GSE',
          description: 'Chairs, benches, loungers and hammocks.',
          materials: ['Teak', 'Acacia', 'Powder-coated aluminium', 'All-weather rope'],
          axis: 'finish', choices: FINISHES,
          details: [
            'It can stay outside all year; a cover makes it last longer still.',
            'Fittings are stainless steel and do not bleed rust.',
            'The {material} wants a wash in spring and nothing more.',
            'It is dry again within an hour of a shower.',
          ],
          products: [
            ['Folding Garden Chair', 89, [50, 56, 88], 4_800, 'Unfolds in one movement and hangs on a hook until spring.', { folds: true, seats: 1 }],
            ['Garden Bench', 329, [150, 62, 90], 21_500, 'A bench for two and a teapot, or three good friends.', { folds: false, seats: 3 }],
            ['Sun Lounger', 389, [198, 68, 34], 19_000, 'Five positions, two wheels and no appointments.', { folds: false, seats: 1 }],
            ['Deck Chair', 99, [58, 98, 90], 5_400, 'Canvas and a frame, unchanged because nothing was wrong with it.', { folds: true, seats: 1 }],
            ['Lounge Set', 1290, [240, 180, 68], 72_000, 'A corner sofa for the terrace, with cushions that shrug off rain.', { folds: false, seats: 5 }],
            ['Hammock', 119, [320, 140, 10], 2_600, 'Wide enough to lie across, which is the right way to do it.', { material: 'Cotton canvas', folds: true, seats: 1 }],
          ],
        },
        {
          name: 'Garden Tables', code: 'GTB',
          description: 'Tables for balconies, terraces and lawns.',
          materials: ['Teak', 'Powder-coated steel', 'Acacia', 'Terrazzo'],
          axis: 'finish', choices: FINISHES,
          details: [
            'Rain runs off through narrow gaps in the top.',
            'The frame resists salt air for many seasons.',
            'A top of {material} copes with hot pans and spilt wine.',
          ],
          products: [
            ['Bistro Table', 149, [60, 60, 72], 9_500, 'Two plates, two glasses and an elbow each.', { seats: 2, folds: true }],
            ['Garden Dining Table', 690, [200, 95, 75], 46_000, 'Seats eight for a lunch that ends in the dark.', { seats: 8, folds: false }],
            ['Balcony Table', 79, [60, 40, 70], 4_200, 'Hooks over the railing and folds flat when you leave.', { seats: 2, folds: true }],
            ['Picnic Table', 389, [180, 150, 74], 48_500, 'Table and benches in one, so no child can push a chair over.', { seats: 6, folds: false }],
            ['Outdoor Side Table', 119, [45, 45, 46], 6_100, 'A low table for the drink beside the lounger.', { seats: 1, folds: false }],
            ['Potting Bench', 269, [110, 55, 130], 24_000, 'A worktop with a rim, a shelf for pots and hooks for trowels.', { seats: 0, folds: false }],
          ],
        },
      ],
    },
    {
      name: 'Garden Living',
      description: 'Planters, lanterns and fire bowls.',
      shelves: [
        {
          name: 'Outdoor Planters', code: 'OPL',
          description: 'Frost-proof planters and raised beds.',
          materials: ['Fibre cement', 'Corten steel', 'Glazed terracotta', 'Larch'],
          sizes: [['Small', 100, 100, 100], ['Medium', 150, 170, 130], ['Large', 220, 270, 160]],
          details: [
            'Frost-proof to -15 °C if the drainage hole is kept clear.',
            'The {material} keeps roots cooler than plastic does in July.',
            'Feet lift it off the paving and let water away.',
          ],
          products: [
            ['Trough Planter', 69, [60, 24, 26], 7_400, 'Long and narrow, for a hedge of lavender along the terrace.', { drainage: true, volume_litres: 28 }],
            ['Cube Planter', 79, [40, 40, 40], 9_800, 'A straight-sided cube that gives a small tree a proper home.', { drainage: true, volume_litres: 48 }],
            ['Raised Bed', 139, [120, 60, 30], 17_500, 'Brings lettuces up to where the slugs have to make an effort.', { drainage: true, volume_litres: 190 }],
            ['Railing Planter', 35, [45, 18, 18], 2_100, 'Hangs inside or outside the railing on two adjustable hooks.', { drainage: true, volume_litres: 9 }],
            ['Bowl Planter', 65, [50, 50, 20], 6_900, 'A wide shallow bowl for succulents, bulbs or a pocket-sized pond.', { drainage: true, volume_litres: 24 }],
            ['Obelisk Planter', 99, [36, 36, 140], 8_600, 'A pot with its own trellis, for sweet peas in a hurry.', { drainage: true, volume_litres: 30 }],
          ],
        },
        {
          name: 'Fire & Lanterns', code: 'FIR',
          description: 'Fire bowls, lanterns and festoon lights.',
          materials: ['Corten steel', 'Cast iron', 'Powder-coated steel', 'Terracotta'],
          axis: 'finish', choices: ['Rust', 'Black', 'Graphite'],
          details: [
            'Made of {material} that is thick enough not to warp.',
            'The surface changes with the weather and is meant to.',
            'Keep it on stone or gravel, and away from dry hedges.',
          ],
          products: [
            ['Fire Bowl', 189, [70, 70, 32], 17_500, 'A wide bowl that gathers people around it well into October.', { fuel: 'wood' }],
            ['Chiminea', 239, [45, 45, 110], 28_000, 'A belly, a chimney and very little smoke in anyone’s eyes.', { fuel: 'wood' }],
            ['Garden Lantern', 59, [20, 20, 38], 2_300, 'A lantern for the steps, with a door that latches in the wind.', { fuel: 'candle' }],
            ['Fire Basket', 149, [45, 45, 55], 13_200, 'An open basket that burns fast, bright and tall.', { fuel: 'wood' }],
            ['Table Fire', 89, [24, 24, 16], 3_900, 'A small flame in the middle of the table, fed with bioethanol.', { fuel: 'bioethanol' }],
            ['Swedish Torch Stand', 75, [32, 32, 48], 6_400, 'Holds one upright log that burns from the inside out all evening.', { fuel: 'wood' }],
          ],
        },
      ],
    },
  ],
};
