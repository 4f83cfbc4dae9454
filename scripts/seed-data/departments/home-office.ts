import type { Department } from '../types.js';

const FINISHES = ['Natural', 'White', 'Black', 'Sage'];

export const HOME_OFFICE: Department = {
  name: 'Home Office',
  description: 'Desks, chairs and order for working at home.',
  brands: ['Nordhem', 'Kestrel Row', 'Fjordlund', 'Oakmere', 'Petra Studio', 'Hollis & Wren'],
  groups: [
    {
      name: 'Workspace',
      description: 'Desks and chairs for whole working days.',
      shelves: [
        {
          name: 'Desks', code: 'DES',
          description: 'Desks for small corners and for large screens.',
          materials: ['Oak', 'Birch plywood', 'Walnut', 'Bamboo'],
          axis: 'finish', choices: FINISHES,
          details: [
            'A channel under the top collects the cables.',
            'The surface of {material} is lacquered matt and does not glare.',
            'All edges are rounded where wrists rest.',
            'It is built in twenty minutes with the tool provided.',
          ],
          products: [
            ['Writing Desk', 349, [110, 55, 75], 21_000, 'A plain desk with a thin drawer, for people whose work fits in a laptop.', { drawers: 1, adjustable: false }],
            ['Standing Desk', 690, [140, 70, 72], 42_000, 'Rises from 62 to 127 cm without spilling the coffee.', { drawers: 0, adjustable: true }],
            ['Wall-Mounted Desk', 229, [80, 45, 50], 13_500, 'Folds up in the evening and takes the work with it.', { drawers: 0, adjustable: false }],
            ['Corner Desk', 429, [140, 120, 75], 36_000, 'Uses both walls and still leaves room for a screen in the middle.', { drawers: 1, adjustable: false }],
            ['Secretary Desk', 560, [90, 45, 110], 38_000, 'Closes over the unfinished business and looks like furniture again.', { drawers: 3, adjustable: false }],
            ['Children’s Desk', 259, [100, 60, 54], 18_500, 'Grows with its owner from first letters to final exams.', { drawers: 1, adjustable: true }],
          ],
        },
        {
          name: 'Office Chairs', code: 'OCH',
          description: 'Chairs that let you forget them.',
          materials: ['Recycled mesh', 'Wool blend', 'Aniline leather', 'Moulded plywood'],
          axis: 'colour', choices: ['Charcoal', 'Stone', 'Sage', 'Rust'],
          details: [
            'The mechanism follows your weight, without levers to learn.',
            'Castors for hard floors are fitted; those for carpet are in the box.',
            'Worn parts, the {material} included, can be replaced one by one.',
          ],
          products: [
            ['Task Chair', 289, [64, 64, 98], 13_500, 'A compact chair with support where a long day is felt first.', { armrests: true, max_load_kg: 120 }],
            ['Executive Chair', 490, [70, 72, 118], 19_500, 'A high back and a deep tilt, for thinking with the eyes closed.', { armrests: true, max_load_kg: 140 }],
            ['Saddle Stool', 219, [50, 50, 68], 8_200, 'Sits you upright by design and suits a desk that moves.', { armrests: false, max_load_kg: 130 }],
            ['Kneeling Chair', 259, [52, 66, 58], 9_400, 'Shares your weight between seat and shins and straightens the rest.', { armrests: false, max_load_kg: 110 }],
            ['Conference Chair', 239, [58, 58, 82], 10_800, 'Good for an hour at the table and presentable in the background of a call.', { armrests: true, max_load_kg: 120 }],
            ['Children’s Desk Chair', 139, [48, 48, 78], 7_100, 'Height and depth adjust, and the castors lock when somebody sits down.', { armrests: false, max_load_kg: 60 }],
          ],
        },
      ],
    },
    {
      name: 'Organisation',
      description: 'A place for every paper clip.',
      shelves: [
        {
          name: 'Desk Accessories', code: 'DAC',
          description: 'Trays, stands and pots for the desk.',
          materials: ['Oak', 'Powder-coated steel', 'Recycled leather', 'Cork'],
          axis: 'finish', choices: FINISHES,
          details: [
            'A layer of felt underneath spares the desk.',
            'The {material} ages well and wipes clean.',
            'All pieces share one width, so they line up.',
          ],
          products: [
            ['Desk Organiser', 45, [26, 16, 12], 1_100, 'Six compartments, one of them exactly as wide as a phone.', { compartments: 6 }],
            ['Monitor Stand', 69, [55, 24, 12], 2_900, 'Lifts the screen to eye level and parks the keyboard below.', { compartments: 1 }],
            ['Letter Tray Set', 49, [33, 25, 18], 1_900, 'Three trays: to do, to pay and to be forgotten.', { compartments: 3 }],
            ['Pen Pot', 17, [9, 9, 11], 320, 'A pot for pens, weighted so that it stands when they lean.', { compartments: 1 }],
            ['Desk Mat', 39, [80, 40, 1], 950, 'A calm surface for mouse, pen and coffee cup.', { compartments: 0 }],
            ['Laptop Stand', 59, [26, 24, 16], 1_300, 'Two slanted cheeks that raise a laptop by fifteen centimetres.', { compartments: 0 }],
          ],
        },
        {
          name: 'Storage Boxes', code: 'BOX',
          description: 'Boxes, baskets and crates for shelves and cupboards.',
          materials: ['Recycled cardboard', 'Felt', 'Seagrass', 'Pine'],
          sizes: [['Small', 100, 100, 100], ['Medium', 135, 160, 125], ['Large', 175, 240, 150]],
          details: [
            'The sizes nest when empty and stack when full.',
            'Made of {material}, with handles that can be trusted.',
            'It fits the common 33 cm shelf.',
            'A label holder on the front answers the question in advance.',
          ],
          products: [
            ['Lidded Storage Box', 19, [26, 18, 14], 520, 'A tidy box with a lid, for cables that may be needed one day.', { lid: true }],
            ['Storage Basket', 29, [30, 22, 18], 640, 'An open basket for everything that is put away in a hurry.', { lid: false }],
            ['Archive Box', 15, [35, 27, 12], 580, 'Takes a year of papers and wears its date on the spine.', { lid: true }],
            ['Stacking Crate', 25, [34, 24, 20], 1_400, 'A crate with cut-out corners that locks onto the one below.', { lid: false }],
            ['Drawer Insert', 22, [30, 20, 6], 480, 'Divides a drawer into six small territories.', { lid: false }],
            ['Toy Chest', 69, [60, 36, 38], 5_200, 'A chest with a slow lid that cannot catch small fingers.', { lid: true }],
          ],
        },
      ],
    },
  ],
};
