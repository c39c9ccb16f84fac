import { sceneClasses } from '../../conditions/scene-classes.ts';
import type { ExpectedTensor } from '../../checkpoint/name-map.ts';
import type { MapExtractor } from '../extractor.ts';

/** Side of the pictures that the network of rendered scenes takes, in pixels. */
export const sceneSide = 128;
/** Cells along one side of its narrowest layer. */
const narrowSide = 8;

/** Numbers of the network that makes maps of rendered scenes, and which of its two maps a graph makes. */
export interface MapNetConfig {
  readonly kind: MapExtractor['kind'];
  readonly widths: readonly number[]; // channels from half the size down to `narrowSide`
}

/** Every tensor of its checkpoint, both heads included. */
export function mapNetTensors(widths: readonly number[]): ExpectedTensor[] {
  const last = widths.length - 1;
  const layer = (name: string, from: number, to: number, kernel = 3): ExpectedTensor[] => [
    { name: `${name}.weight`, dims: [to, from, kernel, kernel] },
    { name: `${name}.bias`, dims: [to] },
  ];
  const pairs = widths.slice(0, -1).map((width, i) => [width, widths[i + 1]] as const);
  return [
    ...layer('stem', 3, widths[0], 6),
    ...pairs.flatMap(([from, to], i) => [...layer(`down.${i}`, from, to), ...layer(`mix.${i}`, to, to)]),
    { name: 'place', dims: [1, widths[last], narrowSide, narrowSide] },
    { name: 'ground', dims: [1, 1, sceneSide, sceneSide] },
    ...pairs.toReversed().flatMap(([to, from], i) => layer(`up.${i}`, from + to, to)),
    ...layer('depth', widths[0], 4),
    ...layer('classes', widths[0], 4 * sceneClasses.length),
  ];
}

/** Reads the widths off a checkpoint's tensors: nothing else tells them. */
export function widthsOf(dims: (name: string) => readonly number[] | undefined): number[] {
  const widths = [dims('stem.weight')?.[0] ?? 0];
  for (let i = 0; ; i++) {
    const found = dims(`down.${i}.weight`)?.[0];
    if (found === undefined) return widths;
    widths.push(found);
  }
}
