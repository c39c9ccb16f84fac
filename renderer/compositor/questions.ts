import type { Bounds, Point } from '#common/geometry.ts';
import { boundsOf } from '#common/geometry.ts';
import { similarPixels } from '#common/raster/similar.ts';
import type { Samples } from '#common/raster/raster.ts';
import { newSamples } from '#common/raster/raster.ts';
import type { LayerCompositor } from './layer-compositor.ts';
import type { LayerStack } from './layer-stack.ts';
import type { Answers, QuestionKind, Questions } from './protocol.ts';
import { tileBounds, tilesIn } from './tile-grid.ts';

/** Answers what is asked about the pixels that are seen. */
export async function answer<Kind extends QuestionKind>(
  compositor: LayerCompositor,
  kind: Kind,
  question: Questions[Kind],
): Promise<Answers[Kind]>;
export async function answer(compositor: LayerCompositor, kind: QuestionKind, question: unknown): Promise<unknown> {
  const { stack } = compositor;
  if (!stack) throw new Error('there is no picture');
  if (kind === 'colour') return await colourAt(compositor, stack, question as Questions['colour']);
  const { at, tolerance, isConnected } = question as Questions['similar'];
  const data = await wholePicture(compositor, stack);
  return similarPixels({ ...stack.extent, channels: 4, depth: stack.depth, data }, at, { tolerance, isConnected });
}

async function colourAt(
  compositor: LayerCompositor,
  { extent }: LayerStack,
  { x, y }: Point,
): Promise<Answers['colour']> {
  const [column, row] = [Math.floor(x), Math.floor(y)];
  const [at] = tilesIn(extent, { x: column, y: row, width: 1, height: 1 });
  if (!at) throw new RangeError(`${x}, ${y} lies outside of the picture`);
  const bounds = tileBounds(extent, at);
  const samples = await compositor.compose(at);
  const i = ((row - bounds.y) * bounds.width + column - bounds.x) * 4;
  return [samples[i]!, samples[i + 1]!, samples[i + 2]!, samples[i + 3]!];
}

async function wholePicture(compositor: LayerCompositor, { extent, depth }: LayerStack): Promise<Samples> {
  const picture = newSamples(depth, extent.width * extent.height * 4);
  for (const at of tilesIn(extent, boundsOf(extent))) {
    copyTile(picture, extent.width, tileBounds(extent, at), await compositor.compose(at));
  }
  return picture;
}

function copyTile(picture: Samples, across: number, { x, y, width, height }: Bounds, tile: Samples): void {
  for (let row = 0; row < height; row++) {
    picture.set(tile.subarray(row * width * 4, (row + 1) * width * 4), ((y + row) * across + x) * 4);
  }
}
