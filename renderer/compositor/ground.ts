import type { Samples } from '#common/raster/raster.ts';
import { changesOfLayer } from './layer-stack.ts';
import type { LayerStack } from './layer-stack.ts';
import type { Cell, SampleBudget } from './sample-budget.ts';

/** What the layers below the one that is worked on look like together, by tile: a stroke or a slider changes one layer again and again, and
 * what is below need not be blended every time, nor, where it was done ahead, at the first movement. */
export class Ground {
  readonly layer: string; // the one that lies on it
  readonly #budget: SampleBudget;
  readonly #cells = new Map<string, Cell>();

  constructor(layer: string, budget: SampleBudget) {
    this.layer = layer;
    this.#budget = budget;
  }

  find(name: string): Samples | undefined {
    return this.#budget.use(this.#cells.get(name));
  }

  keep(name: string, samples: Samples): void {
    this.#cells.set(name, this.#budget.keep(samples));
  }

  /** Gives its memory back. */
  forget(): void {
    for (const cell of this.#cells.values()) this.#budget.drop(cell);
    this.#cells.clear();
  }
}

/** The ground of a stack: the one before while only the layer on it changes, a new one when another does, else none. */
export function groundAfter(
  ground: Ground | undefined,
  before: LayerStack | undefined,
  after: LayerStack,
  budget: SampleBudget,
): Ground | undefined {
  const changed = before && changedLayers(before, after);
  if (changed?.every((id) => id === ground?.layer)) return ground;
  ground?.forget();
  return changed?.length === 1 ? new Ground(changed[0]!, budget) : undefined;
}

/** The layers that differ, in pixels or look; undefined where there is another difference. */
function changedLayers(before: LayerStack, after: LayerStack): string[] | undefined {
  const isSameCanvas = before.depth === after.depth && isSameExtent(before, after);
  const isSameOrder =
    before.layers.length === after.layers.length && after.layers.every(({ id }, i) => id === before.layers[i]!.id);
  if (!isSameCanvas || !isSameOrder) return undefined;
  const changed = after.layers.filter((layer, i) => changesOfLayer(before, before.layers[i]!, after, layer).length > 0);
  return changed.map(({ id }) => id);
}

const isSameExtent = (one: LayerStack, other: LayerStack): boolean =>
  one.extent.width === other.extent.width && one.extent.height === other.extent.height;
