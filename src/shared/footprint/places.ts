/** Degrees. */
export type Point = Readonly<{ lat: number; lng: number }>;
export type Place = Readonly<{ country: string; lat?: number | undefined; lng?: number | undefined }>;

type Landmass = 'eurasia' | 'africa' | 'america' | 'oceania' | 'island';
/** Capitals, to a tenth of a degree (public geographic facts), and the land that lorries reach them over. Britain and Ireland count to Eurasia: there are ferries and a tunnel. */
const CAPITALS: Readonly<Record<string, readonly [lat: number, lng: number, landmass: Landmass]>> = {
  AT: [48.2, 16.4, 'eurasia'], BE: [50.8, 4.4, 'eurasia'], BG: [42.7, 23.3, 'eurasia'], CH: [46.9, 7.4, 'eurasia'], CY: [35.2, 33.4, 'island'], CZ: [50.1, 14.4, 'eurasia'], DE: [52.5, 13.4, 'eurasia'],
  DK: [55.7, 12.6, 'eurasia'], EE: [59.4, 24.8, 'eurasia'], ES: [40.4, -3.7, 'eurasia'], FI: [60.2, 24.9, 'eurasia'], FR: [48.9, 2.4, 'eurasia'], GB: [51.5, -0.1, 'eurasia'], GR: [38, 23.7, 'eurasia'],
  HR: [45.8, 16, 'eurasia'], HU: [47.5, 19, 'eurasia'], IE: [53.3, -6.3, 'eurasia'], IS: [64.1, -21.9, 'island'], IT: [41.9, 12.5, 'eurasia'], LI: [47.1, 9.5, 'eurasia'], LT: [54.7, 25.3, 'eurasia'],
  LU: [49.6, 6.1, 'eurasia'], LV: [56.9, 24.1, 'eurasia'], MC: [43.7, 7.4, 'eurasia'], MT: [35.9, 14.5, 'island'], NL: [52.4, 4.9, 'eurasia'], NO: [59.9, 10.8, 'eurasia'], PL: [52.2, 21, 'eurasia'],
  PT: [38.7, -9.1, 'eurasia'], RO: [44.4, 26.1, 'eurasia'], RS: [44.8, 20.5, 'eurasia'], SE: [59.3, 18.1, 'eurasia'], SI: [46.1, 14.5, 'eurasia'], SK: [48.1, 17.1, 'eurasia'], UA: [50.5, 30.5, 'eurasia'],
  TR: [39.9, 32.9, 'eurasia'], AE: [24.5, 54.4, 'eurasia'], CN: [39.9, 116.4, 'eurasia'], HK: [22.3, 114.2, 'eurasia'], ID: [-6.2, 106.8, 'island'], IL: [31.8, 35.2, 'eurasia'], IN: [28.6, 77.2, 'eurasia'],
  JP: [35.7, 139.7, 'island'], KR: [37.6, 127, 'island'], KW: [29.4, 48, 'eurasia'], MY: [3.1, 101.7, 'eurasia'], PH: [14.6, 121, 'island'], PK: [33.7, 73.1, 'eurasia'], SA: [24.7, 46.7, 'eurasia'],
  SG: [1.3, 103.8, 'eurasia'], TH: [13.8, 100.5, 'eurasia'], TW: [25, 121.6, 'island'], VN: [21, 105.8, 'eurasia'], EG: [30, 31.2, 'africa'], KE: [-1.3, 36.8, 'africa'], MA: [34, -6.8, 'africa'],
  NG: [9.1, 7.5, 'africa'], ZA: [-25.7, 28.2, 'africa'], US: [38.9, -77, 'america'], CA: [45.4, -75.7, 'america'], MX: [19.4, -99.1, 'america'], BR: [-15.8, -47.9, 'america'], AR: [-34.6, -58.4, 'america'],
  CL: [-33.4, -70.7, 'america'], CO: [4.7, -74.1, 'america'], PE: [-12, -77, 'america'], AU: [-35.3, 149.1, 'oceania'], NZ: [-41.3, 174.8, 'island'],
};

export function pointOf({ country, lat, lng }: Place): Point | null {
  if (lat !== undefined && lng !== undefined) return { lat, lng };
  const capital = CAPITALS[country];
  return capital ? { lat: capital[0], lng: capital[1] } : null;
}

/** Whether a lorry can drive there; an island only within itself. */
export function hasRoad(from: string, to: string): boolean {
  const [here, there] = [CAPITALS[from]?.[2], CAPITALS[to]?.[2]];
  return from === to || (here !== undefined && here === there && here !== 'island');
}

const EARTH_KM = 6371;
const radians = (degrees: number): number => degrees * Math.PI / 180;
/** Great circle by the haversine formula, in whole kilometres. */
export function kilometres(a: Point, b: Point): number {
  const h = Math.sin(radians(b.lat - a.lat) / 2) ** 2 + Math.cos(radians(a.lat)) * Math.cos(radians(b.lat)) * Math.sin(radians(b.lng - a.lng) / 2) ** 2;
  return Math.round(2 * EARTH_KM * Math.asin(Math.min(1, Math.sqrt(h))));
}
