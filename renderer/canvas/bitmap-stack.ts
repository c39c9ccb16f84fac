import { boundsOf } from '#common/geometry.ts';
import type { TileSource } from '../compositor/compositor.ts';
import type { LayerStack } from '../compositor/layer-stack.ts';
import { tileBounds, tilesIn } from '../compositor/tile-grid.ts';

/** Pictures that the browser decoded, as stacks of one layer. */
export class BitmapStacks {
  readonly #stacks = new WeakMap<ImageBitmap, LayerStack>();
  readonly #bitmaps = new Map<string, WeakRef<ImageBitmap>>();
  #next = 0;

  stackOf(bitmap: ImageBitmap): LayerStack {
    const known = this.#stacks.get(bitmap);
    if (known) return known;
    const name = `bitmap ${this.#next++}`;
    this.#bitmaps.set(name, new WeakRef(bitmap));
    const extent = { width: bitmap.width, height: bitmap.height };
    const tiles = tilesIn(extent, boundsOf(extent)).map(({ column, row }) => `${name}/${column}/${row}`);
    const image = { extent, channels: 4, depth: 8, tiles } as const;
    const layer = {
      id: 'picture',
      image: name,
      mask: null,
      offset: { x: 0, y: 0 },
      opacity: 1,
      blend: 'normal',
    } as const;
    const stack: LayerStack = { extent, depth: 8, layers: [layer], images: { [name]: image } };
    this.#stacks.set(bitmap, stack);
    return stack;
  }

  /** The tile of a stack made here. */
  load: TileSource = async (key) => {
    const [name, column, row] = key.split('/');
    const bitmap = this.#bitmaps.get(name!)?.deref();
    if (!bitmap) throw new Error('the picture is no longer open');
    const at = { level: 0, column: Number(column), row: Number(row) };
    const { x, y, width, height } = tileBounds(bitmap, at);
    return await createImageBitmap(bitmap, x, y, width, height);
  };
}
