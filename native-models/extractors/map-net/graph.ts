import { conv3x3, convLayer, under, type Lookup } from '../../onnx/blocks.ts';
import type { GraphBuilder, Value } from '../../onnx/graph.ts';
import { fullWeight } from '../../onnx/linear.ts';
import { path } from '../../onnx/names.ts';
import { add, concat, depthToSpace2, relu, upsampleNearest2 } from '../../onnx/ops.ts';
import { sceneSide, type MapNetConfig } from './config.ts';

const halving = { kernel: 3, stride: 2, pads: [1, 1, 1, 1] } as const;
const stem = { kernel: 6, stride: 2, pads: [2, 2, 2, 2] } as const;

/** One of the two packs' graphs: the U-Net up to one head.
 *
 *   pixels ─ stem ─ down ─ mix ─ … ─ (+ place) ─ up(with the level beside) ─ … ─ head ─ map */
export function buildMapGraph(g: GraphBuilder, w: Lookup, { widths, kind }: MapNetConfig): void {
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
}

/** Tells the four pixels of every cell. */
const head = (g: GraphBuilder, w: Lookup, name: string, x: Value): Value =>
  depthToSpace2(g, path('/', name), conv3x3(g, `/${name}`, x, under(w, name)));
