/** Invented makers and the names of their collections; no collection is shared, so its name tells the maker. */
export const BRANDS = {
  'Nordhem': ['Alva', 'Birk', 'Eskil', 'Freja', 'Halden', 'Ingrid', 'Sten', 'Tove'],
  'Alder & Finch': ['Ashdown', 'Bramley', 'Calder', 'Dunmore', 'Fenwick', 'Harrow', 'Linton', 'Marlow'],
  'Casa Lumera': ['Aurelia', 'Belmonte', 'Cassia', 'Fiora', 'Lucca', 'Mirella', 'Orsino', 'Valente'],
  'Hollis & Wren': ['Audley', 'Beckett', 'Clover', 'Emsworth', 'Hazel', 'Pembury', 'Rowan', 'Thistle'],
  'Maison Orvelle': ['Adèle', 'Bastien', 'Céline', 'Delphine', 'Hugo', 'Margaux', 'Rémy', 'Solène'],
  'Kestrel Row': ['Barnes', 'Camden', 'Dalston', 'Hoxton', 'Kew', 'Peckham', 'Soho', 'Walworth'],
  'Fjordlund': ['Aker', 'Bergen', 'Dovre', 'Geilo', 'Lofoten', 'Narvik', 'Otta', 'Voss'],
  'Ember & Clay': ['Anvil', 'Bisque', 'Cinder', 'Flint', 'Hearth', 'Kiln', 'Loam', 'Raku'],
  'Tidewater Goods': ['Anchorage', 'Cove', 'Driftline', 'Harbour', 'Inlet', 'Pier', 'Sandbar', 'Spinnaker'],
  'Brightwell': ['Beacon', 'Corona', 'Halo', 'Lumen', 'Meridian', 'Prism', 'Solstice', 'Zenith'],
  'Oakmere': ['Bowland', 'Chiltern', 'Exmoor', 'Kielder', 'Langdale', 'Malvern', 'Purbeck', 'Wharfe'],
  'Petra Studio': ['Apse', 'Cairn', 'Facet', 'Plinth', 'Quarry', 'Strata', 'Span', 'Vault'],
  'Sundry House': ['Button', 'Daisy', 'Fig', 'Juniper', 'Nutmeg', 'Pepper', 'Sorrel', 'Tansy'],
  'Willowbank': ['Heron', 'Kingfisher', 'Lapwing', 'Moorhen', 'Nuthatch', 'Plover', 'Siskin', 'Teal'],
  'Takeda Home': ['Akari', 'Hana', 'Kumo', 'Mizu', 'Sora', 'Tsuki', 'Yama', 'Yuki'],
  'Larkspur Mills': ['Askrigg', 'Cotterdale', 'Grassington', 'Hebden', 'Ilkley', 'Marsden', 'Saltaire', 'Skipton'],
} as const satisfies Readonly<Record<string, readonly string[]>>;
