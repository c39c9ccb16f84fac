import { bootstrapMean, type Estimate } from '../evaluation/bootstrap.ts';
import { MAP_MAKERS, SCENE_MAPS, type MapAnswerer, type MapScore, type SceneMap } from './eval-maps.ts';
import { ALL_KINDS, ALL_STYLES, type Kind, type Style } from './scene.ts';

/** Maps of one maker, over all scenes, those of one style or those with one kind of object. */
export interface MapRow {
  readonly map: SceneMap;
  readonly maker: MapAnswerer;
  readonly of: 'all' | Style | Kind;
  readonly n: number; // scenes
  /** Means over scenes by their names in `MapValues`, or `iou` of a kind, with 95 % bootstrap intervals. */
  readonly values: Readonly<Record<string, Estimate | null>>;
}

/** All makers over all scenes, then the networks by style and, of class maps, by kind. */
export function mapTable(scores: readonly MapScore[]): MapRow[] {
  return SCENE_MAPS.flatMap((map) => {
    const ofMap = scores.filter((score) => score.map === map);
    const rows = MAP_MAKERS.map((maker) => rowOf(by(maker, ofMap), { map, maker, of: 'all' }));
    const network = by('network', ofMap);
    const about = { map, maker: 'network' } as const;
    const styles = ALL_STYLES.map((of) =>
      rowOf(
        network.filter(({ style }) => style === of),
        { ...about, of },
      ),
    );
    return [...rows, ...styles, ...ALL_KINDS.map((of) => kindRow(network, { ...about, of }))].filter(({ n }) => n > 0);
  });
}

type About = Pick<MapRow, 'map' | 'maker' | 'of'>;

const by = (maker: MapAnswerer, scores: readonly MapScore[]): MapScore[] =>
  scores.filter((score) => score.maker === maker);

function rowOf(scores: readonly MapScore[], about: About): MapRow {
  const names = new Set(scores.flatMap(({ values }) => Object.keys(values)));
  const ofName = (name: string): number[] =>
    scores.flatMap(({ values }) => (values as Readonly<Record<string, number | null>>)[name] ?? []);
  const values = Object.fromEntries([...names].map((name) => [name, bootstrapMean([ofName(name)])]));
  return { ...about, n: scores.length, values };
}

function kindRow(scores: readonly MapScore[], about: About & { readonly of: Kind }): MapRow {
  const found = scores.flatMap(({ kinds }) => kinds?.get(about.of) ?? []);
  return { ...about, n: found.length, values: { iou: bootstrapMean([found]) } };
}
