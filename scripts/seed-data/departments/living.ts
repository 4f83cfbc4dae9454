import type { Department } from '../types.js';

const UPHOLSTERY = ['Sand', 'Moss Green', 'Charcoal', 'Rust', 'Midnight Blue', 'Oatmeal'];
const FINISHES = ['Natural', 'Honey', 'Smoked', 'Black'];

export const LIVING: Department = {
  name: 'Living',
  description: 'Seating, tables and storage for the room in which everybody ends up.',
  brands: ['Nordhem', 'Alder & Finch', 'Maison Orvelle', 'Kestrel Row', 'Oakmere', 'Casa Lumera'],
  groups: [
    {
      name: 'Seating',
      description: 'Sofas, armchairs and footstools, made to be sat in for years.',
      shelves: [
        {
          name: 'Sofas', code: 'SOF',
          description: 'From compact two-seaters to corner sofas for the whole family.',
          materials: ['Wool blend', 'Cotton velvet', 'Linen', 'Aniline leather', 'Recycled polyester'],
          axis: 'colour', choices: UPHOLSTERY,
          details: [
            'The kiln-dried beech frame is glued, dowelled and screwed, and carries a ten-year guarantee.',
            'Seat cushions are foam wrapped in feather, so they keep their shape without feeling hard.',
            'Covers in {material} come off with a zip and can be professionally cleaned.',
            'The legs unscrew, which makes narrow stairwells less of an adventure.',
          ],
          products: [
            ['Two-Seat Sofa', 890, [158, 90, 82], 46_000, 'A compact sofa with slim arms that leaves most of its width for sitting.', { seats: 2 }],
            ['Three-Seat Sofa', 1190, [214, 94, 82], 64_000, 'Generous enough for a film night of three and long enough for a nap of one.', { seats: 3 }],
            ['Corner Sofa', 1890, [268, 210, 84], 108_000, 'An L-shaped sofa that turns an unused corner into the best place in the house.', { seats: 5 }],
            ['Chaise Sofa', 1590, [248, 162, 80], 88_000, 'One end stretches out into a chaise, so somebody always has their feet up.', { seats: 4 }],
            ['Sofa Bed', 1290, [202, 96, 86], 79_000, 'By day a tidy sofa, by night a proper sprung mattress for two guests.', { seats: 3, sleeps: 2 }],
            ['Modular Sofa', 2290, [300, 100, 72], 121_000, 'Four low modules that clip together in whichever order your room asks for.', { seats: 4 }],
          ],
        },
        {
          name: 'Armchairs', code: 'ARM',
          description: 'Reading chairs, wingbacks, rockers and recliners.',
          materials: ['Bouclé', 'Cotton velvet', 'Wool blend', 'Aniline leather'],
          axis: 'colour', choices: UPHOLSTERY,
          details: [
            'The seat is hung on serpentine springs that are quiet and do not sag.',
            'Upholstered by hand in {material}, with seams that line up at every edge.',
            'Felt pads are already fitted, so it will not mark a wooden floor.',
            'It arrives assembled apart from the legs.',
          ],
          products: [
            ['Wingback Armchair', 690, [78, 84, 108], 24_000, 'A high wingback that keeps draughts off your neck and noise out of your book.', { seats: 1 }],
            ['Tub Chair', 420, [72, 70, 74], 16_500, 'A rounded little chair that fits where a full armchair will not.', { seats: 1 }],
            ['Swivel Armchair', 760, [80, 82, 76], 27_000, 'Turns all the way round without a sound, from the window to the conversation.', { seats: 1, swivels: true }],
            ['Rocking Chair', 540, [68, 88, 102], 15_800, 'A light rocker with a curve that settles rather than tips.', { seats: 1 }],
            ['Reclining Armchair', 980, [82, 92, 104], 38_000, 'Leans back by body weight alone and stops wherever you stop.', { seats: 1, reclines: true }],
            ['Slipper Chair', 360, [60, 68, 78], 12_400, 'A low chair without arms for a bedroom corner or the end of a hallway.', { seats: 1 }],
          ],
        },
        {
          name: 'Footstools', code: 'FTS',
          description: 'Footstools, poufs and ottomans, some of them with room inside.',
          materials: ['Bouclé', 'Cotton velvet', 'Jute', 'Aniline leather'],
          axis: 'colour', choices: ['Sand', 'Rust', 'Charcoal', 'Moss Green'],
          details: [
            'A tray on top turns it into a small table in a second.',
            'The cover in {material} is double-stitched where feet rest most.',
            'It weighs little enough to be moved with one hand.',
          ],
          products: [
            ['Storage Ottoman', 240, [80, 50, 44], 13_000, 'The lid lifts on soft hinges and hides blankets, cables and board games.', { storage: true }],
            ['Round Pouf', 120, [50, 50, 36], 5_200, 'A firm round pouf that is half seat, half footrest.', { storage: false }],
            ['Knitted Pouf', 95, [48, 48, 34], 4_300, 'Chunky hand-knitted cotton over a filling that does not go flat.', { material: 'Cotton', storage: false }],
            ['Cube Footstool', 149, [45, 45, 42], 6_800, 'A neat cube that doubles as an extra seat when there is one guest too many.', { storage: false }],
            ['Bench Ottoman', 330, [120, 46, 46], 17_500, 'Long enough for the end of a bed and sturdy enough for two.', { seats: 2, storage: true }],
            ['Rocking Footstool', 135, [52, 38, 38], 5_900, 'Curved runners let ankles move while the rest of you does not.', { storage: false }],
          ],
        },
      ],
    },
    {
      name: 'Occasional Tables',
      description: 'Coffee tables, side tables and consoles for cups, lamps and keys.',
      shelves: [
        {
          name: 'Coffee Tables', code: 'COF',
          description: 'Low tables for the middle of the room.',
          materials: ['Oak', 'Walnut', 'Travertine', 'Ash', 'Smoked glass'],
          axis: 'finish', choices: FINISHES,
          details: [
            'The top in {material} is sealed against rings from cups and glasses.',
            'Rounded edges are kind to shins and to small children.',
            'Adjustable glides take up an uneven floor.',
            'Assembly needs one key, which is in the box, and about fifteen minutes.',
          ],
          products: [
            ['Round Coffee Table', 390, [90, 90, 38], 21_000, 'A round table on three turned legs, easy to walk around from every side.', { shape: 'round' }],
            ['Nesting Coffee Tables', 450, [80, 80, 42], 27_000, 'Two tables that live as one until the snacks arrive.', { shape: 'round', pieces: 2 }],
            ['Lift-Top Coffee Table', 520, [110, 60, 42], 34_000, 'The top rises to working height and hides a shallow compartment underneath.', { shape: 'rectangular', storage: true }],
            ['Slatted Coffee Table', 340, [120, 60, 40], 19_500, 'An open slatted shelf keeps magazines within reach and off the top.', { shape: 'rectangular', storage: true }],
            ['Oval Coffee Table', 480, [125, 70, 36], 26_000, 'A soft oval that sits well in front of a long sofa.', { shape: 'oval' }],
            ['Block Coffee Table', 690, [70, 70, 34], 46_000, 'A solid block with a quiet presence and nothing that can wobble.', { shape: 'square' }],
          ],
        },
        {
          name: 'Side Tables', code: 'SID',
          description: 'Small tables that stand next to something bigger.',
          materials: ['Oak', 'Powder-coated steel', 'Marble', 'Ash', 'Rattan'],
          axis: 'finish', choices: FINISHES,
          details: [
            'The surface in {material} wipes clean with a damp cloth.',
            'It is light enough to follow you from the sofa to the bed.',
            'The foot slides under most sofas and armchairs.',
          ],
          products: [
            ['C-Shaped Side Table', 119, [45, 30, 60], 5_400, 'Slides over the arm of a sofa and brings the laptop to you.', { shape: 'rectangular' }],
            ['Tripod Side Table', 139, [42, 42, 52], 4_900, 'Three splayed legs and a small round top, exactly the size of a lamp and a book.', { shape: 'round' }],
            ['Drum Side Table', 189, [40, 40, 46], 8_700, 'A closed drum with a lid, for the things that should be near but not seen.', { shape: 'round', storage: true }],
            ['Tray Side Table', 109, [44, 44, 54], 4_100, 'The top lifts off as a tray and carries breakfast back to bed.', { shape: 'round' }],
            ['Two-Tier Side Table', 149, [50, 40, 58], 7_200, 'A second shelf doubles what fits beside a chair.', { shape: 'rectangular', storage: true }],
            ['Pedestal Side Table', 229, [38, 38, 50], 11_800, 'A single turned column on a heavy foot that will not tip when bumped.', { shape: 'round' }],
          ],
        },
        {
          name: 'Console Tables', code: 'CON',
          description: 'Narrow tables for hallways and the backs of sofas.',
          materials: ['Oak', 'Walnut', 'Powder-coated steel', 'Bamboo'],
          axis: 'finish', choices: FINISHES,
          details: [
            'At this depth it leaves room to pass even in a narrow hall.',
            'A wall bracket is included and keeps it upright in a busy household.',
            'The top in {material} is finished with hard wax oil and can be sanded again.',
          ],
          products: [
            ['Slim Console Table', 249, [100, 28, 80], 13_500, 'A slim console for halls where every centimetre counts.', { drawers: 0 }],
            ['Two-Drawer Console', 349, [110, 34, 82], 22_000, 'One drawer for keys and post, the other for everything that used to be on the floor.', { drawers: 2 }],
            ['Demi-Lune Console', 310, [90, 38, 80], 15_200, 'A half-moon that softens a hallway and has no corner to catch a coat on.', { drawers: 0 }],
            ['Sofa-Back Console', 290, [160, 26, 72], 19_800, 'Made to stand behind a sofa, with a gap at the back for lamp cables.', { drawers: 0 }],
            ['Industrial Console', 379, [120, 36, 84], 26_500, 'A steel frame and two shelves that carry more than they let on.', { material: 'Powder-coated steel', drawers: 0 }],
            ['Waterfall Console', 429, [115, 35, 78], 29_000, 'The grain runs over the edge and down both sides without a break.', { drawers: 0 }],
          ],
        },
      ],
    },
    {
      name: 'Living Storage',
      description: 'Bookcases and sideboards that keep the living room livable.',
      shelves: [
        {
          name: 'Bookcases', code: 'BKC',
          description: 'Shelving for books and for what stands between them.',
          materials: ['Oak', 'Birch plywood', 'Pine', 'Powder-coated steel'],
          axis: 'finish', choices: FINISHES,
          details: [
            'Each shelf carries 25 kg, which is a great many paperbacks.',
            'Shelves move up and down in steps of 3 cm.',
            'Anti-tip fittings for plaster and brick are in the box.',
            'The {material} is finished on all sides, so it may stand free in the room.',
          ],
          products: [
            ['Tall Bookcase', 390, [80, 32, 200], 42_000, 'Five shelves from floor to almost ceiling, for readers who do not lend.', { shelves: 5 }],
            ['Low Bookcase', 260, [120, 32, 80], 31_000, 'Stays below the windowsill and offers its top to plants and records.', { shelves: 2 }],
            ['Ladder Bookcase', 220, [64, 40, 180], 17_500, 'Leans against the wall with shelves that grow deeper towards the floor.', { shelves: 5 }],
            ['Cube Bookcase', 310, [112, 36, 112], 38_000, 'Nine equal cubes that take books, baskets or vinyl with the same ease.', { shelves: 9 }],
            ['Corner Bookcase', 340, [70, 70, 190], 36_500, 'Makes a library of the corner that nothing else would fit.', { shelves: 5 }],
            ['Room Divider Shelf', 460, [140, 34, 160], 44_000, 'Open on both sides, it parts a room without taking its light.', { shelves: 8 }],
          ],
        },
        {
          name: 'Sideboards', code: 'SDB',
          description: 'Sideboards, media units and display cabinets.',
          materials: ['Oak', 'Walnut', 'Mango wood', 'Rattan and ash'],
          axis: 'finish', choices: FINISHES,
          details: [
            'Doors and drawers close softly and by themselves.',
            'The fronts in {material} are cut from neighbouring boards, so the grain carries across.',
            'It stands on legs, high enough for a vacuum robot.',
          ],
          products: [
            ['Three-Door Sideboard', 790, [160, 42, 76], 58_000, 'Room for a dinner service, a toaster and a decade of tablecloths.', { doors: 3 }],
            ['Sliding-Door Sideboard', 890, [180, 42, 72], 63_000, 'Doors that slide where a narrow room has no space for them to swing.', { doors: 2 }],
            ['Media Unit', 640, [150, 40, 52], 44_000, 'Holds the screen at the right height and swallows every cable behind it.', { doors: 2 }],
            ['Display Cabinet', 820, [90, 40, 150], 51_000, 'Glass doors keep dust off the good glasses without hiding them.', { doors: 2 }],
            ['Highboard', 740, [100, 42, 120], 53_500, 'A tall sideboard on a small footprint, for rooms that have more height than width.', { doors: 2 }],
            ['Bar Cabinet', 690, [80, 42, 130], 47_000, 'Opens into a small bar with a rack for glasses and a shelf to pour on.', { doors: 2 }],
          ],
        },
      ],
    },
  ],
};
