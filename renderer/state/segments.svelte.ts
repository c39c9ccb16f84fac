import { conditionId, projectId } from '#common/document/records.ts';
import type { Point } from '#common/geometry.ts';
import type { Mask } from '#common/raster/masks.ts';
import { moveSelection } from '#common/raster/selection.ts';
import { trimMask } from '#common/raster/trim.ts';
import { imageAlone } from '../canvas/document-stack.ts';
import type { Compositor } from '../compositor/compositor.ts';
import type { LayerStack } from '../compositor/layer-stack.ts';
import type { SmallPicture } from '../compositor/protocol.ts';
import { MapWorker } from '../maps/map-worker.ts';
import type { DocumentState } from './document.svelte.ts';

const mostPixels = 2 ** 20; // of the picture that regions are found in; larger ones are made smaller

interface Regions extends Pick<SmallPicture, 'width' | 'height' | 'level'> {
  readonly of: LayerStack;
  readonly detail: number;
  readonly numbers: Int32Array; // of each pixel's region
}

/** Finds the thing at a point: in the document's map of segments where there is one, else by regions of similar colour. */
export class Segments {
  readonly #document: DocumentState;
  readonly #worker: MapWorker;
  #regions: Regions | undefined; // of the picture as it was seen last

  constructor(document: DocumentState, worker = new MapWorker()) {
    this.#document = document;
    this.#worker = worker;
  }

  /** Whether there is a map that says what is where. */
  hasMap = $derived.by(() => {
    void this.#document.project; // changes with the records
    void this.#document.layers;
    return this.#document.isOpen && this.#document.store.get(conditionId('segmentation')) !== undefined;
  });

  /** @param at image space @param detail 0: few large regions, 1: many small ones; of no concern to a map */
  async at(at: Point, compositor: Compositor, detail: number): Promise<Mask | null> {
    return this.hasMap ? await this.#ofMap(at, compositor) : await this.#ofColours(at, compositor, detail);
  }

  async #ofMap(at: Point, compositor: Compositor): Promise<Mask | null> {
    const { store } = this.#document;
    const { image, offset } = store.require(conditionId('segmentation'));
    const { canvas } = store.require(projectId);
    const corner = { x: offset.x - canvas.x, y: offset.y - canvas.y };
    const found = await compositor.ask('similar', {
      ...{ at: { x: at.x - corner.x, y: at.y - corner.y }, tolerance: 0, isConnected: true },
      of: imageAlone(store.require(image)),
    });
    return found && moveSelection(found, corner, canvas);
  }

  async #ofColours(at: Point, compositor: Compositor, detail: number): Promise<Mask | null> {
    const { stack } = compositor;
    if (!stack) return null;
    const regions = await this.#regionsOf(stack, compositor, detail);
    return regions ? regionMask(regions, at, stack.extent) : null;
  }

  async #regionsOf(of: LayerStack, compositor: Compositor, detail: number): Promise<Regions | undefined> {
    if (this.#regions?.of === of && this.#regions.detail === detail) return this.#regions;
    const { width, height, level, rgba } = await compositor.ask('small', { mostPixels });
    this.#worker.setPicture({ width, height, data: withoutAlpha(rgba) });
    const numbers = await this.#worker.regions(scaleOf(detail));
    if (numbers) this.#regions = { of, detail, width, height, level, numbers };
    return this.#regions;
  }
}

/** Of `RegionOptions`: from 2000 for the fewest regions to 100 for the most. */
const scaleOf = (detail: number): number => Math.round(2000 * 20 ** -detail);

/** The region at a point, at full size. @param at image space */
function regionMask({ width, height, level, numbers }: Regions, at: Point, canvas: LayerStack['extent']): Mask | null {
  const size = 2 ** level;
  const [column, row] = [Math.floor(at.x / size), Math.floor(at.y / size)];
  const wanted = numbers[row * width + column];
  const small = new Uint8Array(width * height);
  for (let i = 0; i < small.length; i++) if (numbers[i] === wanted) small[i] = 255;
  const found = trimMask({ bounds: { x: 0, y: 0, width, height }, data: small });
  return found && enlarged(found, size, canvas);
}

function enlarged({ bounds, data }: Mask, size: number, canvas: LayerStack['extent']): Mask {
  const [x, y] = [bounds.x * size, bounds.y * size];
  const width = Math.min(bounds.width * size, canvas.width - x);
  const height = Math.min(bounds.height * size, canvas.height - y);
  const large = new Uint8Array(width * height);
  for (let row = 0; row < height; row++) {
    const from = Math.floor(row / size) * bounds.width;
    for (let column = 0; column < width; column++) {
      large[row * width + column] = data[from + Math.floor(column / size)]!;
    }
  }
  return { bounds: { x, y, width, height }, data: large };
}

function withoutAlpha(rgba: Uint8ClampedArray): Uint8Array {
  const rgb = new Uint8Array((rgba.length / 4) * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) rgb.set(rgba.subarray(from, from + 3), to);
  return rgb;
}
