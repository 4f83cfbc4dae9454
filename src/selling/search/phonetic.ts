/** How a word sounds, roughly, in English: words of one key can be heard for each other. After the idea of L. Philips, Hanging on the Metaphone (1990). */

const RULES: ReadonlyArray<readonly [RegExp, string]> = [
  [/[^a-z]/g, ''], [/^(?:kn|gn|pn)/, 'n'], [/^wr/, 'r'], [/^x/, 's'], [/^wh/, 'w'], [/^ps/, 's'], [/^ae/, 'e'], [/mb$/, 'm'], [/tch/g, 'C'], [/sch/g, 'sk'], [/(?:ti|ci|si|ssi)(?=on|a[nl])/g, 'S'],
  [/ough(?=t)/g, 'o'], [/(?:augh|igh|eigh)/g, 'A'], [/ough/g, 'o'], [/gh(?=[^aeiou]|$)/g, ''], [/gh/g, 'g'], [/ph/g, 'f'], [/sh/g, 'S'], [/ch/g, 'C'], [/th/g, 'T'], [/ck/g, 'k'], [/cq/g, 'k'], [/qu/g, 'kw'], [/q/g, 'k'],
  [/sc(?=[eiy])/g, 's'], [/c(?=[eiy])/g, 's'], [/c/g, 'k'], [/dg(?=[eiy])/g, 'j'], [/gn(?=s?$)/, 'n'], [/(?<!^)g(?=[eiy])(?!i?r)/g, 'j'], [/x/g, 'ks'], [/z/g, 's'], [/v/g, 'f'], [/(?<=[aeiouA])h(?=[^aeiou]|$)/g, ''],
  [/w(?=[^aeiouy]|$)/g, ''], [/(?<=.)y(?=[^aeiou]|$)/g, 'i'], [/(?<=.)e(?=s?$)/, ''], [/(?<=n)t(?=s)/g, ''], [/([a-zA-Z])\1+/g, '$1'],
];

/** The consonants in order, and whether it begins with a vowel. Short words keep a trace of their vowels, since little else tells them apart. */
export function soundOf(word: string): string {
  let sound = word.toLowerCase();
  for (const [pattern, by] of RULES) sound = sound.replace(pattern, by);
  const begins = /^[aeiouA]/.test(sound) ? 'a' : '';
  return begins + sound.replace(/[aeiouA]|(?<=.)y/g, '');
}

/** Words that sound the same and are all in the dictionary: which of them is meant, the catalogue knows. */
const GROUPS = `for four fore|to two too|won one|ate eight|
by buy bye|in inn|be bee|no know|so sew sow|or oar ore|not knot|your you're yore|their there they're|its it's|we wee|
red read|blue blew|pair pear pare|flour flower|bear bare|sale sail|male mail|hair hare|heir air|sole soul|heel heal he'll|night knight|right write rite|wait weight|waist waste|wear where ware|ring wring|rap wrap|plane plain|
meat meet|steak stake|tea tee|teas tease tees|bean been|beet beat|leek leak|mussel muscle|bread bred|roll role|serial cereal|current currant|berry bury|time thyme|mint meant|moose mousse|sauce source|thai tie|tide tied|dye die|dyed died|
son sun|sunday sundae|sea see|seas seize sees|scene seen|scent sent cent|cents sense scents|cell sell|cellar seller|seam seem|lead led|made maid|main mane|mane main|maze maize|peace piece|peak peek pique|peal peel|pale pail|pane pain|
paws pause|plum plumb|poll pole|pool pull|pore pour poor|pray prey|principal principle|rain reign rein|raise rays|rays raise|reed read|road rode rowed|rose rows|row roe|route root|sail sale|saw sore soar|shear sheer|shoe shoo|shoes shoos|
shoot chute|side sighed|sight site cite|slay sleigh|stair stare|stairs stares|stationary stationery|steal steel|stile style|suite sweet|tail tale|tales tails|team teem|tear tier|tears tiers|throw through threw|toe tow|tow toe|tire tyre|
vein vain vane|vale veil|wail whale|warn worn|way weigh|weak week|weather whether|which witch|whole hole|wood would|yoke yolk|board bored|bolder boulder|bow bough|boy buoy|boys buoys|brake break|brakes breaks|bridal bridle|browse brows|
ball bawl|base bass|beach beech|beer bier|bell belle|berth birth|bite byte|boar bore|bold bowled|build billed|bus buss|butt but|cache cash|carat carrot karat|cart kart|cast caste|cash cache|
ceiling sealing|chews choose|chord cord|chords cords|clause claws|close clothes|coarse course|coat cote|colonel kernel|complement compliment|core corps|cue queue|dear deer|desert dessert|dew due do|doe dough|dual duel|
eye i|eyes ice|fair fare|fairy ferry|feet feat|fiance finance|find fined|fir fur|flea flee|flew flu flue|floor flaw|fort fought|foul fowl|gait gate|grate great|grill grille|groan grown|guest guessed|guys guise|gym jim|hall haul|
hart heart|herd heard|high hi|hoarse horse|hoes hose|holy wholly|hour our|idle idol|jam jamb|jeans genes|key quay|knead need|knee nee|kneel neil|knew new|knob nob|knows nose|lace laze|lane lain|laser lazer|
lesson lessen|lightning lightening|loan lone|loop loupe|mantel mantle|marshal martial|mat matte|medal meddle metal|metal mettle|minor miner|mist missed|moat mote|morning mourning|mustard mustered|nun none|pact packed|
palette pallet palate|patience patients|pedal peddle petal|pi pie|pier peer|prince prints|profit prophet|rack wrack|rapper wrapper|real reel|rest wrest|rigger rigour|ringer wringer|rye wry|sachet sashay|
sacks sax|skull scull|slew slough|some sum|staid stayed|straight strait|surf serf|sword soared|tacks tax|taper tapir|tents tense|tick tic|timber timbre|told tolled|tool tulle|towed toad|tray trey|
trust trussed|tuna tuner|vial vile|wade weighed|wax whacks|wheel weal|whine wine|wined wind|wig whig|wrapped rapt|yolk yoke|colour color|grey gray|phone fone|lite light|kids kidz|nite night|thru through|size sighs|tights tites|sox socks|bail bale|balm bomb|bight bite|cymbal symbol|draft draught|gilt guilt|hay hey|hail hale|hanger hangar|lox locks|links lynx|mall maul|mousse moose|pause paws|pearl purl|pedals petals|poles polls|pours pores|shake sheikh|sheet sheat|soled sold|stakes steaks|steel steal|teem team|tow toe|trays treys|veil vale|watts whats|whats watts|wares wears|wick wic|world whirled|yarn yearn`;

const homophones = new Map<string, Set<string>>();
for (const group of GROUPS.split('|').map((words) => words.trim().split(/\s+/))) {
  for (const word of group) homophones.set(word, new Set([...homophones.get(word) ?? [], ...group]));
}

/** Other words of the dictionary that sound like this one. */
export const homophonesOf = (word: string): readonly string[] => [...homophones.get(word) ?? []].filter((other) => other !== word);
