import type { Department } from '../types.js';

const GLAZES = ['Chalk', 'Speckled Grey', 'Ocean', 'Terracotta', 'Olive'];
const FINISHES = ['Natural', 'Smoked', 'Black', 'White'];

export const DINING: Department = {
  name: 'Dining',
  description: 'Tables, chairs and everything that is laid between them.',
  brands: ['Ember & Clay', 'Takeda Home', 'Alder & Finch', 'Casa Lumera', 'Oakmere', 'Sundry House'],
  groups: [
    {
      name: 'Tableware',
      description: 'Plates, bowls, cutlery and serving dishes.',
      shelves: [
        {
          name: 'Plates', code: 'PLT',
          description: 'Plates for every course, sold in sets and singly.',
          materials: ['Stoneware', 'Porcelain', 'Bone china', 'Earthenware'],
          axis: 'colour', choices: GLAZES,
          details: [
            'Each plate of {material} is glazed by hand, so no two are quite alike.',
            'Safe in the dishwasher, the microwave and a warm oven.',
            'The foot ring is polished and kind to tabletops.',
            'Single replacements stay available when one meets the floor.',
          ],
          products: [
            ['Dinner Plate Set', 72, [29, 29, 12], 3_200, 'Four dinner plates with a low rim that keeps sauces on the right side.', { pieces: 4, diameter_cm: 27 }],
            ['Side Plate Set', 52, [23, 23, 10], 2_000, 'Four small plates for toast, cake and everything eaten standing up.', { pieces: 4, diameter_cm: 21 }],
            ['Coupe Plate', 19, [27, 27, 3], 750, 'A plate without a rim, slightly hollow, as restaurants like them.', { pieces: 1, diameter_cm: 26 }],
            ['Serving Platter', 45, [42, 28, 4], 1_500, 'A long oval for a whole fish or a very good salad.', { pieces: 1, diameter_cm: 40 }],
            ['Children’s Plate', 16, [22, 22, 4], 480, 'A steep edge gives small spoons something to push against.', { pieces: 1, diameter_cm: 20 }],
            ['Cake Stand', 49, [30, 30, 14], 1_700, 'Lifts a plain sponge to the level of an occasion.', { pieces: 1, diameter_cm: 28 }],
          ],
        },
        {
          name: 'Bowls', code: 'BWL',
          description: 'Bowls for breakfast, noodles and the middle of the table.',
          materials: ['Stoneware', 'Porcelain', 'Acacia', 'Earthenware'],
          axis: 'colour', choices: GLAZES,
          details: [
            'The bowl of {material} sits in the hand as well as on the table.',
            'It stacks without scratching its neighbour.',
            'The glaze is free of lead and cadmium.',
          ],
          products: [
            ['Cereal Bowl Set', 58, [17, 17, 16], 2_100, 'Four bowls, deep enough that the milk stays in.', { pieces: 4, capacity_ml: 600 }],
            ['Pasta Bowl Set', 68, [23, 23, 14], 2_900, 'Four wide bowls with a broad rim for resting the fork.', { pieces: 4, capacity_ml: 900 }],
            ['Ramen Bowl', 24, [20, 20, 9], 780, 'High sides, a small notch for chopsticks and room for a proper broth.', { pieces: 1, capacity_ml: 1_200 }],
            ['Salad Bowl', 55, [30, 30, 13], 1_900, 'Wide enough to toss in without losing a leaf.', { pieces: 1, capacity_ml: 4_500 }],
            ['Dip Bowl Set', 28, [24, 9, 5], 600, 'Three little bowls for oil, salt and the olives’ stones.', { pieces: 3, capacity_ml: 120 }],
            ['Fruit Bowl', 62, [34, 34, 11], 2_300, 'Pierced sides let the air through and the peaches last.', { pieces: 1, capacity_ml: 5_000 }],
          ],
        },
        {
          name: 'Cutlery', code: 'CTL',
          description: 'Cutlery sets and servers.',
          materials: ['Stainless steel 18/10', 'Brushed steel', 'Silver plate'],
          axis: 'finish', choices: ['Steel', 'Matt Black', 'Champagne'],
          details: [
            'Forged from {material}, with a weight that rests well in the hand.',
            'The finish is scratch-resistant and safe in the dishwasher.',
            'Knives have a fine micro-serrated edge that need not be sharpened.',
          ],
          products: [
            ['16-Piece Cutlery Set', 89, [28, 20, 6], 1_300, 'A complete set for four people who eat at the same time.', { pieces: 16 }],
            ['24-Piece Cutlery Set', 129, [30, 22, 7], 1_900, 'Six of everything, for the day the in-laws come.', { pieces: 24 }],
            ['Salad Server Set', 32, [32, 8, 4], 260, 'A long pair that reaches the dressing at the bottom.', { pieces: 2 }],
            ['Dessert Fork Set', 39, [20, 10, 4], 280, 'Six small forks with one broad tine for cutting through cake.', { pieces: 6 }],
            ['Teaspoon Set', 29, [17, 10, 3], 220, 'Six spoons, because teaspoons are what every drawer loses first.', { pieces: 6 }],
            ['Children’s Cutlery Set', 25, [20, 14, 4], 190, 'Short handles and soft edges, shaped like the grown-up ones.', { pieces: 4 }],
          ],
        },
      ],
    },
    {
      name: 'Drinkware',
      description: 'Mugs, glasses and jugs.',
      shelves: [
        {
          name: 'Mugs', code: 'MUG',
          description: 'Mugs and cups for tea, coffee and soup.',
          materials: ['Stoneware', 'Porcelain', 'Bone china', 'Enamelled steel'],
          axis: 'colour', choices: GLAZES,
          details: [
            'The handle takes three fingers, or four on a cold morning.',
            'The {material} holds heat longer than you would expect.',
            'Goes into the dishwasher without fading.',
          ],
          products: [
            ['Everyday Mug', 14, [12, 9, 10], 380, 'The mug that is always in the dishwasher because it is always in use.', { capacity_ml: 350 }],
            ['Espresso Cup Set', 34, [16, 16, 7], 620, 'Four small cups with thick walls, to be warmed before they are filled.', { capacity_ml: 80, pieces: 4 }],
            ['Cappuccino Cup', 18, [15, 15, 7], 450, 'A wide, round cup that shows off what you did with the milk.', { capacity_ml: 220 }],
            ['Travel Mug', 29, [9, 9, 18], 340, 'Closes with half a turn and keeps tea hot until the second meeting.', { material: 'Stainless steel', capacity_ml: 400 }],
            ['Camping Mug', 12, [12, 9, 8], 160, 'Survives being dropped on rocks and tastes of holidays.', { material: 'Enamelled steel', capacity_ml: 330 }],
            ['Latte Mug', 17, [12, 10, 13], 430, 'Tall and slender, with room for the long version.', { capacity_ml: 450 }],
          ],
        },
        {
          name: 'Glasses', code: 'GLS',
          description: 'Tumblers, wine glasses and carafes.',
          materials: ['Crystal glass', 'Recycled glass', 'Borosilicate glass'],
          axis: 'colour', choices: ['Clear', 'Smoke', 'Amber', 'Sea Green'],
          details: [
            'Mouth-blown from {material}; a small bubble here and there is the proof.',
            'The rim is cut by laser and pleasantly thin.',
            'It comes through several hundred dishwasher cycles without clouding.',
          ],
          products: [
            ['Tumbler Set', 32, [18, 18, 10], 1_100, 'Four straight tumblers that suit water as well as whisky.', { capacity_ml: 300, pieces: 4 }],
            ['Red Wine Glass Set', 54, [20, 20, 23], 900, 'Four generous bowls in which a red can wake up.', { capacity_ml: 600, pieces: 4 }],
            ['White Wine Glass Set', 48, [18, 18, 22], 760, 'Four narrower glasses that keep a white cool for longer.', { capacity_ml: 400, pieces: 4 }],
            ['Champagne Coupe Set', 56, [21, 21, 15], 780, 'Four shallow coupes for toasts, sorbets and jellies.', { capacity_ml: 220, pieces: 4 }],
            ['Water Carafe', 39, [11, 11, 26], 850, 'A carafe with a glass that doubles as its lid, made for the bedside.', { capacity_ml: 1_000, pieces: 2 }],
            ['Highball Set', 36, [15, 15, 15], 1_200, 'Four tall glasses with a heavy base and space for plenty of ice.', { capacity_ml: 380, pieces: 4 }],
          ],
        },
      ],
    },
    {
      name: 'Dining Furniture',
      description: 'Tables and chairs for long evenings.',
      shelves: [
        {
          name: 'Dining Tables', code: 'DTB',
          description: 'Tables for two to twelve.',
          materials: ['Oak', 'Walnut', 'Ash', 'Recycled teak'],
          sizes: [['140 cm', 100, 100, 100], ['180 cm', 124, 128, 129], ['220 cm', 148, 155, 157]],
          details: [
            'The top of {material} is oiled and can be sanded back at any time.',
            'The legs are set at the ends, so nobody straddles one.',
            'Delivered in two parts and assembled with eight bolts.',
            'The glides adjust to the floor of an old house.',
          ],
          products: [
            ['Trestle Table', 590, [140, 80, 75], 42_000, 'Two trestles and a board, refined until nothing more could be left out.', { seats: 6, extendable: false }],
            ['Extending Table', 890, [140, 90, 75], 58_000, 'A hidden leaf folds out of the middle when the doorbell rings again.', { seats: 8, extendable: true }],
            ['Farmhouse Table', 790, [140, 90, 76], 61_000, 'A thick top and square legs that were made to be leaned on.', { seats: 6, extendable: false }],
            ['Oval Dining Table', 820, [140, 95, 75], 52_000, 'No corners, so there is always room for one more chair.', { seats: 6, extendable: false }],
            ['Drop-Leaf Table', 420, [140, 75, 75], 31_000, 'Both leaves fold down and leave a table the width of a shelf.', { seats: 4, extendable: true }],
            ['Pedestal Table', 690, [140, 100, 75], 49_000, 'A single foot in the middle and knees at liberty all round.', { seats: 6, extendable: false }],
          ],
        },
        {
          name: 'Dining Chairs', code: 'DCH',
          description: 'Chairs, benches and stools for the table.',
          materials: ['Oak', 'Beech', 'Ash', 'Moulded plywood'],
          axis: 'finish', choices: FINISHES,
          details: [
            'The joints are wedged mortise and tenon, glued for good.',
            'The seat of {material} is shaped to be sat on, not only looked at.',
            'Tested for 110 kg and for being tipped back by teenagers.',
          ],
          products: [
            ['Spindle-Back Chair', 189, [48, 52, 86], 5_300, 'Nine slim spindles that give a little when you lean back.', { stackable: false, seat_height_cm: 45 }],
            ['Woven-Seat Chair', 229, [52, 50, 78], 4_900, 'A seat of paper cord, woven by hand in a little over an hour.', { stackable: false, seat_height_cm: 44 }],
            ['Stacking Chair', 129, [50, 51, 80], 4_600, 'Six of them stack into the space of one.', { stackable: true, seat_height_cm: 45 }],
            ['Carver Chair', 269, [58, 54, 84], 6_800, 'Arms at table height, for the head of the table or whoever stays longest.', { stackable: false, seat_height_cm: 45 }],
            ['Dining Bench', 279, [140, 36, 45], 12_500, 'Seats three adults, or any number of children.', { stackable: false, seat_height_cm: 45 }],
            ['Counter Stool', 199, [42, 44, 92], 6_200, 'The right height for a kitchen island, with a rail for feet.', { stackable: false, seat_height_cm: 65 }],
          ],
        },
      ],
    },
  ],
};
