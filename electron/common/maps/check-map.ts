import { offPalette, shareOfAde, unlabelled } from '#models/maps';
import type { Extent } from '../geometry.ts';
import type { ConditionMap, MapKind } from './condition-map.ts';
import { countClasses, histogram } from './statistics.ts';

/** What one click does about a finding. */
export type MapFix = 'threshold' | 'invert' | 'stretch' | 'snap' | 'translate' | 'resample';

/** Something a person should know about a map before painting a picture from it. Shares are 0 … 1. */
export type MapFinding =
  | { readonly code: 'empty' } // nothing to paint from: no edge, one depth, no class
  | { readonly code: 'all-white' }
  | { readonly code: 'grey-edges'; readonly share: number; readonly fix: 'threshold' }
  | { readonly code: 'black-on-white'; readonly share: number; readonly fix: 'invert' }
  | { readonly code: 'dense-edges'; readonly share: number }
  | { readonly code: 'near-is-dark'; readonly fix: 'invert' }
  | { readonly code: 'flat-depth'; readonly range: number; readonly fix: 'stretch' }
  | { readonly code: 'off-palette'; readonly share: number; readonly fix: 'snap' }
  | { readonly code: 'ade-palette'; readonly share: number; readonly fix: 'translate' }
  | { readonly code: 'wrong-size'; readonly expected: Extent; readonly isStretched: boolean; readonly fix: 'resample' };

/** What cannot be painted from; anything else is a warning. */
export const isBlocking = ({ code }: MapFinding): boolean => code === 'empty' || code === 'all-white';

/** Everything worth telling about a map. @param picture what the map belongs to, where there is one */
export function checkMap(map: ConditionMap, picture?: Extent): MapFinding[] {
  return [...checksOf[map.kind](map), ...(picture ? checkSize(map, picture) : [])];
}

/** Share of white pixels, 0 … 1. */
export const shareOfWhite = ({ data }: ConditionMap): number => histogram(data)[255]! / data.length;

const checksOf: Readonly<Record<MapKind, (map: ConditionMap) => MapFinding[]>> = {
  canny: checkEdges,
  depth: checkDepth,
  segmentation: checkClasses,
};

/** Above this share a map of edges is a negative. */
const mostWhite = 0.5;
/** Above this share lines run into each other; photographs stay below 0.3. */
const manyEdges = 0.35;

function checkEdges({ data }: ConditionMap): MapFinding[] {
  const counts = histogram(data);
  const [black, white] = [counts[0]! / data.length, counts[255]! / data.length];
  if (black === 1) return [{ code: 'empty' }];
  if (white === 1) return [{ code: 'all-white' }];
  const found: MapFinding[] = [];
  if (black + white < 1) found.push({ code: 'grey-edges', share: 1 - black - white, fix: 'threshold' });
  const bright = counts.slice(128).reduce((sum, count) => sum + count, 0) / data.length;
  if (bright > mostWhite) found.push({ code: 'black-on-white', share: bright, fix: 'invert' });
  else if (bright > manyEdges) found.push({ code: 'dense-edges', share: bright });
  return found;
}

/** Levels between nearest and farthest that are too few. */
const leastRange = 64;
/** Levels that the upper third is brighter than the lower one when near is probably dark. */
const topIsBrighter = 24;

function checkDepth({ data, width, height }: ConditionMap): MapFinding[] {
  const values = histogram(data);
  const least = values.findIndex((count) => count > 0);
  const most = values.findLastIndex((count) => count > 0);
  if (least === most) return [least === 255 ? { code: 'all-white' } : { code: 'empty' }];
  const found: MapFinding[] = [];
  if (most - least < leastRange) found.push({ code: 'flat-depth', range: most - least, fix: 'stretch' });
  const third = Math.max(1, Math.floor(height / 3)) * width;
  const top = mean(data.subarray(0, third));
  const bottom = mean(data.subarray(data.length - third));
  if (top - bottom > topIsBrighter) found.push({ code: 'near-is-dark', fix: 'invert' });
  return found;
}

const mean = (values: Uint8Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Above this share of strays a map may be in another palette altogether. */
const mostStray = 0.5;

function checkClasses(map: ConditionMap): MapFinding[] {
  const counts = countClasses(map);
  const share = (wanted: number): number =>
    (counts.find(({ index }) => index === wanted)?.pixels ?? 0) / (map.width * map.height);
  if (share(unlabelled) === 1) return [{ code: 'empty' }];
  const stray = share(offPalette);
  const ade = stray > mostStray ? shareOfAde(map.data) : 0;
  if (ade > mostStray) return [{ code: 'ade-palette', share: ade, fix: 'translate' }];
  return stray > 0 ? [{ code: 'off-palette', share: stray, fix: 'snap' }] : [];
}

function checkSize({ width, height }: ConditionMap, expected: Extent): MapFinding[] {
  if (width === expected.width && height === expected.height) return [];
  const isStretched = Math.abs((width / height) * (expected.height / expected.width) - 1) > 0.01;
  const { width: w, height: h } = expected;
  return [{ code: 'wrong-size', expected: { width: w, height: h }, isStretched, fix: 'resample' }];
}
