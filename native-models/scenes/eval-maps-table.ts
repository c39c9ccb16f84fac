import { bootstrapMean, type Estimate } from '../evaluation/bootstrap.ts';
import { MAP_MAKERS, SCENE_MAPS, type MapAnswerer, type MapScore, type MapValues, type SceneMap } from './eval-maps.ts';
import { STYLES, type Style } from './scene.ts';

/** Maps of one maker, over all scenes or those of one style. */
export interface MapRow {
  readonly map: SceneMap;
  readonly maker: MapAnswerer;
  readonly style: Style | 'all';
  readonly n: number; // scenes
  /** Means over scenes by their names in `MapValues`, with 95 % bootstrap intervals. */
  readonly values: Readonly<Record<string, Estimate | null>>;
}

/** All makers over all scenes, then the networks by style. */
export function mapTable(scores: readonly MapScore[]): MapRow[] {
  return SCENE_MAPS.flatMap((map) => {
    const ofMap = scores.filter((score) => score.map === map);
    const rows = MAP_MAKERS.map((maker) => rowOf(ofMap, map, maker, 'all'));
    return [...rows, ...STYLES.map((style) => rowOf(ofMap, map, 'network', style))].filter(({ n }) => n > 0);
  });
}

function rowOf(scores: readonly MapScore[], map: SceneMap, maker: MapAnswerer, style: MapRow['style']): MapRow {
  const chosen = scores.filter((score) => score.maker === maker && (style === 'all' || score.style === style));
  const names = Object.keys(chosen[0]?.values ?? {}) as (keyof MapValues)[];
  const estimate = (name: keyof MapValues): Estimate | null =>
    bootstrapMean([chosen.flatMap(({ values }) => values[name] ?? [])]);
  return {
    map,
    maker,
    style,
    n: chosen.length,
    values: Object.fromEntries(names.map((name) => [name, estimate(name)])),
  };
}
