import type { Department } from '../types.js';

const METALS = ['Brushed Brass', 'Matt Black', 'Ivory', 'Sage'];

export const LIGHTING: Department = {
  name: 'Lighting',
  description: 'Light for rooms, desks and evenings.',
  brands: ['Brightwell', 'Nordhem', 'Kestrel Row', 'Petra Studio', 'Takeda Home', 'Casa Lumera'],
  groups: [
    {
      name: 'Ceiling Lighting',
      description: 'Lamps that hang from or lie against the ceiling.',
      shelves: [
        {
          name: 'Pendant Lights', code: 'PEN',
          description: 'Hanging lamps for tables, stairs and kitchen islands.',
          materials: ['Spun aluminium', 'Opal glass', 'Rattan', 'Washi paper', 'Brass'],
          axis: 'finish', choices: METALS,
          details: [
            'The textile cable is two metres long and can be shortened without tools.',
            'The shade of {material} throws its light down and a little of it up.',
            'It works with common wall dimmers and does not hum.',
            'The ceiling rose covers the untidy part.',
          ],
          products: [
            ['Dome Pendant', 149, [42, 42, 28], 1_900, 'A deep dome that draws a warm circle round the table and stops there.', { dimmable: true, max_watt: 40 }],
            ['Globe Pendant', 119, [30, 30, 32], 1_700, 'A plain globe that glows like a small, well-behaved moon.', { dimmable: true, max_watt: 25 }],
            ['Cone Pendant', 99, [28, 28, 24], 1_200, 'A narrow cone for kitchen islands, best in a row of three.', { dimmable: true, max_watt: 25 }],
            ['Cluster Pendant', 329, [60, 60, 90], 5_600, 'Five small shades at different heights from a single rose.', { dimmable: true, max_watt: 60, bulbs: 5 }],
            ['Linear Pendant', 289, [120, 8, 12], 3_400, 'A slim bar of light, as long as the table underneath it.', { dimmable: true, max_watt: 32 }],
            ['Lantern Pendant', 139, [45, 45, 50], 900, 'So light that it turns a little whenever the door opens.', { material: 'Washi paper', dimmable: true, max_watt: 25 }],
          ],
        },
        {
          name: 'Ceiling & Wall Lights', code: 'CWL',
          description: 'Flush lights and sconces for low rooms and long halls.',
          materials: ['Opal glass', 'Brass', 'Powder-coated steel', 'Plaster'],
          axis: 'finish', choices: METALS,
          details: [
            'Suitable for bathrooms from zone 2 outwards.',
            'The LED inside lasts 25,000 hours and can be replaced.',
            'Fixed with two screws behind a cover of {material}.',
          ],
          products: [
            ['Flush Ceiling Light', 109, [35, 35, 11], 1_900, 'Lies close to the ceiling and lights a hall to its last corner.', { dimmable: true, lumen: 1_600 }],
            ['Swing-Arm Wall Light', 139, [14, 60, 30], 1_600, 'An arm that follows the book and leaves the bedside table free.', { dimmable: true, lumen: 450 }],
            ['Plaster Wall Light', 119, [28, 12, 14], 1_800, 'Washes the wall with light and can be painted in its colour.', { material: 'Plaster', dimmable: true, lumen: 600 }],
            ['Picture Light', 129, [40, 18, 8], 900, 'A quiet strip of light above whatever you are proud of.', { dimmable: true, lumen: 400 }],
            ['Track Spotlights', 189, [100, 10, 18], 2_400, 'Three spots on a rail, each of them looking elsewhere.', { dimmable: true, lumen: 1_200, bulbs: 3 }],
            ['Bulkhead Light', 79, [24, 13, 16], 1_300, 'Borrowed from ships, and just as content outside the back door.', { dimmable: false, lumen: 700 }],
          ],
        },
      ],
    },
    {
      name: 'Lamps',
      description: 'Lamps that stand where you need them.',
      shelves: [
        {
          name: 'Table Lamps', code: 'TBL',
          description: 'Lamps for sideboards, windowsills and bedsides.',
          materials: ['Stoneware', 'Linen', 'Brass', 'Travertine', 'Recycled glass'],
          axis: 'finish', choices: METALS,
          details: [
            'The switch sits where a hand finds it in the dark.',
            'A weighted foot of {material} keeps it upright beside restless cats.',
            'The bulb is included, in a warm 2700 K.',
          ],
          products: [
            ['Mushroom Lamp', 129, [32, 32, 36], 2_400, 'A rounded hood that hides the bulb and keeps the glow.', { dimmable: true, max_watt: 25 }],
            ['Bedside Lamp', 69, [18, 18, 34], 1_200, 'Three levels of light: reading, talking and nearly asleep.', { dimmable: true, max_watt: 15 }],
            ['Gourd Lamp', 149, [36, 36, 58], 3_600, 'A round-bellied base under a pleated shade, for a sideboard that wants company.', { dimmable: true, max_watt: 40 }],
            ['Portable Lamp', 99, [14, 14, 28], 850, 'Charges by day and wanders to the balcony at night.', { dimmable: true, cordless: true, max_watt: 3 }],
            ['Banker’s Lamp', 139, [27, 20, 38], 2_700, 'A green habit from libraries, for people who still write letters.', { dimmable: false, max_watt: 25 }],
            ['Cube Lamp', 89, [18, 18, 18], 1_900, 'A cube of soft light that needs no shade.', { dimmable: true, max_watt: 15 }],
          ],
        },
        {
          name: 'Floor Lamps', code: 'FLR',
          description: 'Tall lamps for corners and armchairs.',
          materials: ['Brass', 'Powder-coated steel', 'Oak', 'Linen'],
          axis: 'finish', choices: METALS,
          details: [
            'A foot switch saves bending down.',
            'The stem of {material} comes in two parts that screw together invisibly.',
            'The foot is slim enough to slide under most chairs.',
          ],
          products: [
            ['Arc Floor Lamp', 329, [120, 36, 195], 13_500, 'Reaches over the sofa like a very polite tree.', { dimmable: true, max_watt: 40 }],
            ['Tripod Floor Lamp', 219, [60, 60, 150], 5_800, 'Three slender legs and a drum shade, at home in any corner.', { dimmable: true, max_watt: 60 }],
            ['Reading Floor Lamp', 179, [30, 40, 140], 4_600, 'A jointed head that puts the light on the page and nowhere else.', { dimmable: true, max_watt: 12 }],
            ['Uplighter', 149, [28, 28, 180], 5_100, 'Sends its light to the ceiling, from where it comes back gently.', { dimmable: true, max_watt: 30 }],
            ['Column Floor Lamp', 199, [24, 24, 120], 4_300, 'A standing lantern that fills a corner rather than lighting it.', { dimmable: true, max_watt: 25 }],
            ['Shelf Floor Lamp', 169, [30, 30, 160], 6_700, 'A lamp with three shelves in its stem, for books on their way somewhere.', { dimmable: true, max_watt: 40, shelves: 3 }],
          ],
        },
        {
          name: 'Desk Lamps', code: 'DSK',
          description: 'Task lights that stay where you leave them.',
          materials: ['Aluminium', 'Powder-coated steel', 'Oak'],
          axis: 'colour', choices: ['Matt Black', 'White', 'Sage', 'Cherry Red'],
          alsoIn: ['desk-accessories'],
          details: [
            'Balanced springs hold every position without a screw.',
            'It shows colours as daylight would (CRI 95).',
            'The arm of {material} is anodised and does not chip.',
          ],
          products: [
            ['Architect Lamp', 139, [20, 75, 80], 2_900, 'Two long arms that cover a drawing board from corner to corner.', { dimmable: true, power_watt: 9 }],
            ['Clip-On Lamp', 49, [10, 25, 30], 650, 'Grips a shelf, a headboard or the edge of a crowded desk.', { dimmable: true, power_watt: 5 }],
            ['Charging Desk Lamp', 109, [18, 38, 42], 1_800, 'The foot charges a phone while the head lights the keys.', { dimmable: true, power_watt: 10 }],
            ['Monitor Light Bar', 79, [45, 9, 9], 520, 'Sits on top of the screen and never shines into it.', { dimmable: true, power_watt: 5 }],
            ['Gooseneck Desk Lamp', 69, [16, 22, 48], 1_400, 'Bends to wherever the work has moved.', { dimmable: false, power_watt: 7 }],
            ['Student Lamp', 39, [15, 30, 40], 1_100, 'A small lamp with an honest price and no bad habits.', { dimmable: false, power_watt: 6 }],
          ],
        },
      ],
    },
    {
      name: 'Candlelight',
      description: 'Candles and what holds them.',
      shelves: [
        {
          name: 'Candles', code: 'CND',
          description: 'Scented, pillar and dinner candles.',
          materials: ['Soy wax', 'Beeswax', 'Rapeseed wax'],
          axis: 'scent', choices: ['Fig Leaf', 'Cedar & Smoke', 'Sea Salt', 'Orange Blossom'],
          details: [
            'Poured from {material} with a cotton wick, and free of paraffin.',
            'Trim the wick to half a centimetre and it burns without soot.',
            'The empty glass makes a good home for pens or a small plant.',
          ],
          products: [
            ['Scented Candle', 32, [9, 9, 10], 480, 'A scent that enters a room quietly and stays until supper.', { burn_hours: 45 }],
            ['Three-Wick Candle', 59, [14, 14, 10], 1_150, 'Three flames for a large room and a long evening.', { burn_hours: 60 }],
            ['Travel Candle', 18, [7, 7, 5], 160, 'A tin with a lid that makes a hotel room smell of home.', { burn_hours: 20 }],
            ['Pillar Candle', 22, [8, 8, 15], 620, 'A thick pillar that hollows itself into a lantern.', { burn_hours: 70 }],
            ['Dinner Candle Set', 19, [27, 10, 3], 420, 'Six slim candles that stand straight and do not drip.', { burn_hours: 8, pieces: 6 }],
            ['Candle Gift Set', 46, [24, 16, 8], 900, 'Four small glasses in a box, for finding out whose favourite is whose.', { burn_hours: 20, pieces: 4 }],
          ],
        },
        {
          name: 'Candle Holders', code: 'CHL',
          description: 'Candlesticks, lanterns and tealight holders.',
          materials: ['Brass', 'Cast iron', 'Recycled glass', 'Stoneware'],
          axis: 'finish', choices: ['Brass', 'Black', 'Smoke', 'White'],
          details: [
            'Felt underneath protects the table.',
            'Fits standard 22 mm candles and tealights alike.',
            'The {material} grows handsomer with every drip of wax.',
          ],
          products: [
            ['Candlestick Trio', 59, [12, 12, 30], 1_500, 'Three heights that look arranged wherever you put them down.', { pieces: 3 }],
            ['Chamberstick', 29, [14, 12, 7], 520, 'A saucer and a ring handle, for carrying a flame up the stairs.', { pieces: 1 }],
            ['Hurricane Lantern', 65, [18, 18, 32], 1_900, 'Tall glass keeps the wind out and the candle in.', { pieces: 1 }],
            ['Tealight Holder Set', 26, [20, 14, 7], 760, 'Four small cups that scatter light across the table.', { pieces: 4 }],
            ['Candelabra', 110, [34, 12, 36], 2_600, 'Five arms for the kind of dinner that deserves them.', { pieces: 1 }],
            ['Candle Snuffer', 17, [24, 4, 4], 130, 'Ends the evening without smoke.', { pieces: 1 }],
          ],
        },
      ],
    },
  ],
};
