import type { Samples } from '#common/raster/raster.ts';
import { changesOfLayer } from './layer-stack.ts';
import type { LayerStack } from './layer-stack.ts';
import type { Cell, SampleBudget } from './sample-budget.ts';

/** What the layers below the one that is painted on look like together, by tile: a stroke changes one layer again and again, and what is
 * below need not be blended every time. */
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

/** The ground of a stack: the one before while only pixels of the layer on it change, a new one when those of another do, else none. */
export function groundAfter(
  ground: Ground | undefined,
  before: LayerStack | undefined,
  after: LayerStack,
  budget: SampleBudget,
): Ground | undefined {
  const painted = before && paintedLayer(before, after);
  if (painted !== undefined && painted === ground?.layer) return ground;
  ground?.forget();
  return painted === undefined ? undefined : new Ground(painted, budget);
}

/** The only layer that differs, and only in its pixels; undefined where there is another difference. */
function paintedLayer(before: LayerStack, after: LayerStack): string | undefined {
  const isSameCanvas = before.depth === after.depth && isSameExtent(before, after);
  if (!isSameCanvas || before.layers.length !== after.layers.length) return undefined;
  const changed = after.layers.filter((layer, i) => {
    const from = before.layers[i]!;
    return from.id !== layer.id || changesOfLayer(before, from, after, layer).length > 0;
  });
  const [only] = changed;
  const from = only && before.layers.find(({ id }) => id === only.id);
  if (changed.length !== 1 || !from || from.opacity !== only.opacity || from.blend !== only.blend) return undefined;
  return only.id;
}

const isSameExtent = (one: LayerStack, other: LayerStack): boolean =>
  one.extent.width === other.extent.width && one.extent.height === other.extent.height;
