import { conv3x3, convLayer, under, type Lookup } from '../../onnx/blocks.ts';
import type { GraphBuilder, Value } from '../../onnx/graph.ts';
import { fullWeight } from '../../onnx/linear.ts';
import { path } from '../../onnx/names.ts';
import {
  add,
  cast,
  concat,
  depthToSpace2,
  divide,
  multiply,
  reduceMean,
  relu,
  reshape,
  subtract,
  upsampleNearest2,
} from '../../onnx/ops.ts';
import { distanceOutput } from '../familiarity.ts';
import { sceneSide, type MapNetConfig } from './config.ts';
import { worldSide, type KnownWorlds } from './worlds.ts';

const halving = { kernel: 3, stride: 2, pads: [1, 1, 1, 1] } as const;
const stem = { kernel: 6, stride: 2, pads: [2, 2, 2, 2] } as const;

/** One of the two packs' graphs: the U-Net up to one head, and how far the picture is from the nearest world.
 *
 *   pixels ─┬─ stem ─ down ─ mix ─ … ─ (+ place) ─ up(with the level beside) ─ … ─ head ─ map
 *           └─ average ─ (- worlds) ─ nearest ─ distance */
export function buildMapGraph(g: GraphBuilder, w: Lookup, { widths, kind }: MapNetConfig, worlds: KnownWorlds): void {
  const pixels = g.input('pixel_values', 'f32', [1, 3, sceneSide, sceneSide]);
  const levels = [relu(g, '/stem', convLayer(g, '/stem', pixels, under(w, 'stem'), stem))];
  for (let i = 0; i < widths.length - 1; i++) {
    const down = relu(g, `/down.${i}`, convLayer(g, `/down.${i}`, levels[i], under(w, `down.${i}`), halving));
    levels.push(relu(g, `/mix.${i}`, conv3x3(g, `/mix.${i}`, down, under(w, `mix.${i}`))));
  }
  let map = add(g, '/place', levels.pop()!, fullWeight(g, w('place')));
  for (const [i, level] of levels.reverse().entries()) {
    const up = `/up.${i}`;
    map = relu(g, up, conv3x3(g, up, concat(g, up, [upsampleNearest2(g, up, map), level], 1), under(w, `up.${i}`)));
  }
  const found = head(g, w, kind === 'depth' ? 'depth' : 'classes', map);
  if (kind === 'segmentation') g.output('logits', found, 'f32', [1, 'classes', sceneSide, sceneSide]);
  else {
    const above = add(g, '/ground', found, fullWeight(g, w('ground'))); // depths are told as differences from the ground's
    const depth = g.node('/depth/squeeze', 'Squeeze', [above, g.ints(1)]);
    g.output('predicted_depth', depth, 'f32', [1, sceneSide, sceneSide]);
  }
  g.output(distanceOutput, distanceToNearest(g, pixels, worlds), 'f32', [1]);
}

/** Mean square of the difference from the nearest world, where no object can stand. */
function distanceToNearest(g: GraphBuilder, pixels: Value, { pictures, outside }: KnownWorlds): Value {
  const bytes = g.weight('worlds', 'u8', [pictures.length / (3 * worldSide ** 2), 3, worldSide, worldSide], () =>
    Promise.resolve(pictures),
  );
  const scaled = multiply(g, '/worlds/scale', cast(g, '/worlds', bytes, 'f32'), g.scalar(2 / 255));
  const cell = sceneSide / worldSide;
  const small = g.node('/small', 'AveragePool', [pixels], {
    attributes: { kernel_shape: { ints: [cell, cell] }, strides: { ints: [cell, cell] } },
  });
  const difference = subtract(g, '/difference', add(g, '/small/shift', small, g.scalar(1)), scaled);
  const counted = multiply(
    g,
    '/difference/outside',
    difference,
    g.constant('f32', [1, 1, worldSide, worldSide], outside),
  );
  const squares = multiply(g, '/squares', counted, counted);
  const means = [3, 2, 1].reduce((sum, axis) => reduceMean(g, `/squares/${axis}`, sum, axis), squares);
  const share = outside.reduce((sum, value) => sum + value, 0) / outside.length;
  const nearest = g.node('/nearest', 'ReduceMin', [means], { attributes: { keepdims: { int: 0 } } });
  return reshape(g, '/distance', divide(g, '/distance/outside', nearest, g.scalar(share)), [1]);
}

/** Tells the four pixels of every cell. */
const head = (g: GraphBuilder, w: Lookup, name: string, x: Value): Value =>
  depthToSpace2(g, path('/', name), conv3x3(g, `/${name}`, x, under(w, name)));
