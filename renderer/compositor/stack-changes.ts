import { changedTiles } from './layer-stack.ts';
import type { LayerStack, TiledImage } from './layer-stack.ts';
import type { StackChange, TilePatch } from './protocol.ts';

/** What has to be told of a stack to someone who knows another one. Of images only those that a layer uses are told, and known. */
export function stackChange(before: LayerStack | undefined, after: LayerStack): StackChange {
  const images: Record<string, TiledImage | TilePatch> = {};
  const usedBefore = new Set(before && usedImages(before));
  for (const id of usedImages(after)) {
    const image = after.images[id]!;
    const known = usedBefore.has(id) ? before?.images[id] : undefined;
    const changes = known ? changedTiles(known, image) : 'all';
    if (changes === 'all') images[id] = image;
    else if (changes.length > 0) images[id] = { patch: changes.map((index) => [index, image.tiles[index]!]) };
  }
  const { extent, depth, layers } = after;
  return { extent, depth, layers, images };
}

/** The stack that a change was told of. */
export function changedStack(
  before: LayerStack | undefined,
  { extent, depth, layers, images }: StackChange,
): LayerStack {
  const all = usedImages({ layers }).map((id): [string, TiledImage] => [
    id,
    changedImage(before?.images[id], images[id]),
  ]);
  return { extent, depth, layers, images: Object.fromEntries(all) };
}

const usedImages = ({ layers }: Pick<LayerStack, 'layers'>): string[] =>
  layers.flatMap(({ image, mask }) => (mask === null ? [image] : [image, mask]));

function changedImage(known: TiledImage | undefined, change: TiledImage | TilePatch | undefined): TiledImage {
  if (change && 'tiles' in change) return change;
  if (!known) throw new Error('an image was changed before it was known');
  if (!change) return known;
  const tiles = [...known.tiles];
  for (const [index, key] of change.patch) tiles[index] = key;
  return { ...known, tiles };
}
