import type { Department } from '../types.js';

const ENAMELS = ['Cream', 'Bottle Green', 'Cherry Red', 'Slate', 'Ink Blue'];

export const KITCHEN: Department = {
  name: 'Kitchen',
  description: 'Pans, knives and small appliances for people who cook most days.',
  brands: ['Hollis & Wren', 'Sundry House', 'Takeda Home', 'Ember & Clay', 'Kestrel Row', 'Tidewater Goods'],
  groups: [
    {
      name: 'Cookware',
      description: 'Pans and pots for gas, electric and induction hobs.',
      shelves: [
        {
          name: 'Frying Pans', code: 'PAN',
          description: 'Frying pans, grill pans and woks.',
          materials: ['Cast iron', 'Carbon steel', 'Stainless steel', 'Forged aluminium'],
          sizes: [['20 cm', 100, 100, 100], ['24 cm', 122, 135, 116], ['28 cm', 145, 180, 132]],
          details: [
            'Works on every hob, induction included, and in the oven.',
            'The base of {material} spreads heat without a hot spot in the middle.',
            'The handle is riveted and stays cool on the hob.',
            'Season it once with a little oil and it will only get better.',
          ],
          products: [
            ['Frying Pan', 45, [38, 21, 5], 900, 'An everyday pan for eggs, onions and whatever follows.', { dishwasher_safe: false, induction: true }],
            ['Grill Pan', 59, [40, 24, 5], 1_900, 'High ridges leave the stripes and let the fat run off.', { dishwasher_safe: false, induction: true }],
            ['Sauté Pan', 79, [44, 24, 8], 1_500, 'Straight sides and a lid, for dishes that start as a fry and end as a stew.', { dishwasher_safe: true, induction: true }],
            ['Crêpe Pan', 39, [42, 25, 3], 1_000, 'A shallow rim lets the spatula get under even the thinnest pancake.', { dishwasher_safe: false, induction: true }],
            ['Wok', 65, [48, 30, 10], 1_400, 'Light enough to toss and wide enough for vegetables to fry rather than steam.', { dishwasher_safe: false, induction: true }],
            ['Skillet', 55, [38, 26, 6], 2_300, 'Two pouring lips and enough weight to sear a steak as it should be seared.', { dishwasher_safe: false, induction: true }],
          ],
        },
        {
          name: 'Saucepans', code: 'SAU',
          description: 'Saucepans and stock pots with lids that fit.',
          materials: ['Stainless steel', 'Copper and steel', 'Enamelled steel', 'Forged aluminium'],
          sizes: [['16 cm', 100, 100, 100], ['18 cm', 115, 125, 109], ['20 cm', 132, 150, 119]],
          details: [
            'A drip-free rim pours cleanly from any side.',
            'Litre marks on the inside save a measuring jug.',
            'Made of {material} throughout, handles included.',
            'The lid rests on the handle, so steam has somewhere to go.',
          ],
          products: [
            ['Saucepan', 49, [32, 17, 9], 1_000, 'The pan for porridge, peas and the second half of most recipes.', { lid: true, dishwasher_safe: true }],
            ['Milk Pan', 35, [30, 15, 9], 650, 'A small pan with two spouts, kind to left-handed cooks.', { lid: false, dishwasher_safe: true }],
            ['Stock Pot', 89, [30, 20, 20], 2_200, 'Tall and narrow, so broth can simmer for hours and lose little.', { lid: true, dishwasher_safe: true }],
            ['Steamer Pan', 75, [32, 18, 18], 1_700, 'Two tiers steam the vegetables above whatever boils below.', { lid: true, dishwasher_safe: true }],
            ['Pasta Pot', 85, [34, 20, 17], 2_000, 'The lid locks and strains, which leaves the sink free of colanders.', { lid: true, dishwasher_safe: true }],
            ['Butter Warmer', 29, [24, 11, 6], 420, 'Just enough room for melted butter, a sauce for two or a single hot chocolate.', { lid: false, dishwasher_safe: true }],
          ],
        },
        {
          name: 'Casseroles', code: 'CAS',
          description: 'Heavy pots that go from the hob to the oven to the table.',
          materials: ['Enamelled cast iron', 'Stoneware', 'Terracotta'],
          axis: 'colour', choices: ENAMELS,
          details: [
            'Bumps under the lid let moisture drip back where it came from.',
            'The enamel does not hold on to flavours, and soaks clean.',
            'Heavy {material} keeps a stew hot through a second helping.',
          ],
          products: [
            ['Round Casserole', 139, [30, 24, 17], 4_300, 'A pot that is happiest on a Sunday afternoon with the oven on low.', { capacity_ml: 4_200 }],
            ['Oval Casserole', 159, [34, 25, 16], 5_000, 'Its long shape takes a whole chicken without an argument.', { capacity_ml: 4_700 }],
            ['Shallow Casserole', 129, [36, 30, 10], 4_100, 'Wide and low, for browning in one layer and baking in the same pot.', { capacity_ml: 3_500 }],
            ['Tagine', 99, [30, 30, 24], 3_700, 'The tall lid sends the steam round again and keeps lamb tender.', { capacity_ml: 2_500 }],
            ['Bread Pot', 119, [30, 24, 16], 4_600, 'Traps the steam of a rising loaf and gives it the crust of a bakery.', { capacity_ml: 3_800 }],
            ['Mini Casserole', 32, [14, 10, 8], 800, 'A one-person pot for baked eggs, small crumbles and late suppers.', { capacity_ml: 300 }],
          ],
        },
      ],
    },
    {
      name: 'Preparation',
      description: 'Everything between the shopping bag and the hob.',
      shelves: [
        {
          name: 'Kitchen Knives', code: 'KNF',
          description: 'Knives that hold an edge.',
          materials: ['High-carbon steel', 'Damascus steel', 'Stainless steel'],
          axis: 'finish', choices: ['Walnut Handle', 'Black Handle', 'Olive Handle'],
          details: [
            'The blade of {material} is hardened to 58 HRC and easy to resharpen at home.',
            'The tang runs the full length of the handle, for balance and for good.',
            'Wash it by hand and dry it at once.',
          ],
          products: [
            ['Chef’s Knife', 89, [34, 5, 3], 240, 'One knife for nearly everything, with a belly that rocks on the board.', { blade_cm: 20 }],
            ['Bread Knife', 69, [36, 4, 3], 190, 'Deep serrations get through a crust without flattening the crumb.', { blade_cm: 22 }],
            ['Paring Knife', 35, [20, 3, 2], 80, 'A short blade for the work that happens in the air and not on the board.', { blade_cm: 9 }],
            ['Santoku Knife', 95, [31, 5, 3], 210, 'A flat edge and a light tip, made for quick, thin slices.', { blade_cm: 17 }],
            ['Carving Knife', 79, [35, 4, 3], 200, 'Long and narrow, so a roast comes away in slices and not in pieces.', { blade_cm: 20 }],
            ['Steak Knife Set', 110, [26, 18, 4], 620, 'Four knives with a fine edge that cuts and does not tear.', { blade_cm: 11, pieces: 4 }],
          ],
        },
        {
          name: 'Cutting Boards', code: 'CUT',
          description: 'Boards that are gentle to blades.',
          materials: ['Oak', 'Acacia', 'Bamboo', 'Beech'],
          sizes: [['Small', 100, 100, 100], ['Medium', 130, 140, 120], ['Large', 165, 190, 140]],
          details: [
            'The wood is oiled, and likes to be oiled again every few months.',
            'Cut from {material} of certified forests.',
            'Turn it over and the other side is a serving board.',
            'A hole at one end hangs it on a hook to dry.',
          ],
          products: [
            ['Chopping Board', 29, [30, 20, 2], 900, 'A plain board with rounded corners that stays where you put it.', { juice_groove: false }],
            ['Carving Board', 49, [36, 26, 3], 1_700, 'A deep groove catches the juices that would otherwise reach the worktop.', { juice_groove: true }],
            ['End-Grain Block', 89, [32, 24, 5], 2_900, 'Standing fibres close again behind the blade and keep it sharp for longer.', { juice_groove: false }],
            ['Bread Board', 35, [38, 24, 3], 1_200, 'A slatted insert lets the crumbs fall where they can be emptied in one go.', { juice_groove: false }],
            ['Cheese Board', 39, [34, 22, 2], 1_100, 'Big enough for five cheeses and low enough to be passed around.', { juice_groove: false }],
            ['Over-Sink Board', 42, [46, 28, 3], 1_500, 'Rests across the sink and wins back the space that a small kitchen lacks.', { juice_groove: true }],
          ],
        },
        {
          name: 'Mixing & Measuring', code: 'MIX',
          description: 'Bowls, jugs, scales and tins for bakers.',
          materials: ['Stoneware', 'Stainless steel', 'Borosilicate glass', 'Bamboo fibre'],
          axis: 'colour', choices: ENAMELS,
          details: [
            'Everything nests, so it takes the room of its largest part.',
            'The silicone foot keeps it still while the whisk is not.',
            'Made of {material} and safe in the dishwasher.',
          ],
          products: [
            ['Mixing Bowl Set', 59, [28, 28, 15], 2_600, 'Three bowls from an egg to a double batch of dough.', { pieces: 3, capacity_ml: 4_000 }],
            ['Batter Bowl', 35, [26, 22, 14], 1_300, 'A handle and a spout turn mixing and pouring into one job.', { pieces: 1, capacity_ml: 2_200 }],
            ['Measuring Jug', 25, [18, 13, 14], 500, 'Clear marks in millilitres and cups, readable from above.', { pieces: 1, capacity_ml: 1_000 }],
            ['Measuring Cup Set', 22, [20, 10, 6], 350, 'Four cups on a ring, with the names stamped and not printed.', { pieces: 4, capacity_ml: 250 }],
            ['Salad Spinner', 39, [27, 27, 20], 1_100, 'One push and the leaves are dry; another push and it stops.', { pieces: 3, capacity_ml: 4_500 }],
            ['Colander', 32, [29, 26, 12], 800, 'Wide feet lift the pasta out of the water that has just left it.', { pieces: 1, capacity_ml: 3_800 }],
          ],
        },
      ],
    },
    {
      name: 'Small Appliances',
      description: 'Kettles and coffee makers that earn their place on the worktop.',
      shelves: [
        {
          name: 'Kettles & Toasters', code: 'KTL',
          description: 'For the first ten minutes of the day.',
          materials: ['Stainless steel', 'Borosilicate glass', 'Enamelled steel'],
          axis: 'colour', choices: ENAMELS,
          details: [
            'It switches itself off and lifts clear of its base.',
            'The housing of {material} stays cool enough to touch.',
            'Spare parts are sold for at least ten years.',
            'The cable winds up underneath.',
          ],
          products: [
            ['Electric Kettle', 79, [23, 17, 24], 1_200, 'Boils a litre in under three minutes and does it quietly.', { power_watt: 2_400, capacity_ml: 1_500 }],
            ['Gooseneck Kettle', 119, [29, 15, 21], 1_300, 'A slow, narrow stream and a set temperature, for coffee made by hand.', { power_watt: 1_200, capacity_ml: 900 }],
            ['Egg Boiler', 45, [20, 18, 17], 850, 'Six eggs, soft or hard as you like them, and a chime when they are done.', { power_watt: 400, slots: 6 }],
            ['Two-Slice Toaster', 69, [29, 18, 20], 1_500, 'Wide slots take doorsteps and bagels, and a lever lifts the small ones out.', { power_watt: 900, slots: 2 }],
            ['Four-Slice Toaster', 99, [33, 30, 20], 2_600, 'Two controls, so one half of the family can like it dark.', { power_watt: 1_700, slots: 4 }],
            ['Milk Frother', 59, [13, 13, 20], 900, 'Warm foam, cold foam or hot chocolate at the touch of one button.', { power_watt: 500, capacity_ml: 300 }],
          ],
        },
        {
          name: 'Coffee Makers', code: 'CFM',
          description: 'Presses, pots, drippers and grinders.',
          materials: ['Stainless steel', 'Borosilicate glass', 'Stoneware', 'Aluminium'],
          axis: 'colour', choices: ['Black', 'Cream', 'Steel', 'Bottle Green'],
          details: [
            'All parts come apart for washing.',
            'The {material} adds nothing to the taste.',
            'A printed card with four recipes lies in the box.',
          ],
          products: [
            ['French Press', 45, [17, 11, 24], 900, 'A double wall keeps the second cup as hot as the first.', { capacity_ml: 1_000, cups: 8 }],
            ['Stovetop Espresso Maker', 35, [18, 10, 20], 650, 'The old eight-sided pot, which still makes the kitchen smell of morning.', { material: 'Aluminium', capacity_ml: 300, cups: 6 }],
            ['Pour-Over Dripper', 29, [14, 12, 11], 400, 'Spiral ribs let the water through at the pace that coffee likes.', { capacity_ml: 500, cups: 2 }],
            ['Filter Coffee Machine', 149, [32, 18, 36], 3_900, 'Heats to 94 °C, blooms the grounds first and keeps its jug off the hotplate.', { capacity_ml: 1_250, cups: 10, power_watt: 1_500 }],
            ['Hand Grinder', 75, [19, 7, 20], 600, 'Steel burrs and thirty clicks, from espresso to cafetière.', { material: 'Stainless steel', capacity_ml: 90, cups: 2 }],
            ['Cold Brew Carafe', 39, [13, 11, 30], 800, 'Fill it in the evening, pour it over ice at noon.', { material: 'Borosilicate glass', capacity_ml: 1_300, cups: 6 }],
          ],
        },
      ],
    },
  ],
};
