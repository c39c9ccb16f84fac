import { duplicateLayer, moveLayers } from '#common/document/layer-commands.ts';
import type { Layer, LayerId } from '#common/document/records.ts';
import { smallBy } from '#common/document/small-tile.ts';
import type { Mark } from '#common/document/history.ts';
import type { Point } from '#common/geometry.ts';
import type { LayerStack } from '../compositor/layer-stack.ts';
import { t } from '../i18n/i18n.svelte.ts';
import type { LayerCarry } from '../tools/tool.ts';
import type { DocumentState } from './document.svelte.ts';
import { copyName } from './layer-names.ts';
import type { LayersState } from './layers.svelte.ts';
import type { LayerStrokes } from './layer-strokes.svelte.ts';

/** Layers that are carried over the canvas: they are seen where they are on the way, and at the end of a drag it is one gesture of the
 * document. */
export class LayerMoves {
  /** How far which layers are carried. */
  carried = $state.raw<{ readonly ids: ReadonlySet<LayerId>; readonly by: Point }>();
  readonly #document: DocumentState;
  readonly #strokes: LayerStrokes;
  readonly #chosen: Pick<LayersState, 'chooseAll'>;
  #nudged:
    { readonly mark: Mark; readonly ids: readonly LayerId[]; readonly after: DocumentState['layers'] } | undefined;

  /** @param chosen what is worked on: copies are, as soon as they are there */
  constructor(document: DocumentState, strokes: LayerStrokes, chosen: Pick<LayersState, 'chooseAll'>) {
    this.#document = document;
    this.#strokes = strokes;
    this.#chosen = chosen;
  }

  /** What is seen while layers are carried. */
  laidOver(stack: LayerStack): LayerStack {
    const { carried } = this;
    if (!carried) return stack;
    const { ids, by } = carried;
    const move = <Placed extends LayerStack['layers'][number]>(layer: Placed): Placed =>
      ids.has(layer.id as LayerId)
        ? { ...layer, offset: { x: layer.offset.x + by.x, y: layer.offset.y + by.y } }
        : layer;
    return { ...stack, layers: stack.layers.map(move) };
  }

  /** Carries copies, which lie above what they are of, and leaves the layers where they are: one step to undo, or none.
   * @param corner of the first of the layers, on the canvas @param scale screen pixels per pixel of the picture */
  beginCopies(layers: readonly Layer[], corner: Point, scale: number): LayerCarry {
    const document = this.#document;
    const mark = document.mark(t('commands.layer.duplicate'));
    const copies = document.store.transact('user', () =>
      layers.map(({ id, name }) => duplicateLayer(document.store, id, copyName(name))),
    );
    document.squash(mark);
    const originals = layers.map(({ id }) => id);
    this.#chosen.chooseAll(copies);
    const carry = this.begin(
      copies.map((id) => document.store.require(id)),
      corner,
      scale,
    );
    return {
      to: carry.to,
      end: async () => {
        await carry.end();
        if (document.isOpen) document.squash(mark);
      },
      cancel: () => {
        carry.cancel();
        document.bail(mark);
        this.#chosen.chooseAll(originals);
      },
    };
  }

  /** @param corner of the first of the layers, on the canvas @param scale screen pixels per pixel of the picture */
  begin(layers: readonly Layer[], corner: Point, scale: number): LayerCarry {
    const ids = layers.map(({ id }) => id);
    const { store } = this.#document;
    return {
      to: (wanted, exactly = []) => {
        const along = (axis: 'x' | 'y'): number =>
          exactly.includes(axis) ? wanted[axis] : alongGrid(corner[axis], wanted[axis], scale);
        const by = { x: along('x'), y: along('y') };
        this.carried = { ids: new Set(ids), by };
      },
      end: async () => {
        await this.#strokes.settled();
        const by = this.carried?.by;
        const isThere = this.#document.isOpen && this.#document.store === store && ids.every((id) => store.get(id));
        if (by && isThere && (by.x !== 0 || by.y !== 0)) {
          this.#document.act(t('layers.moveName'), () => moveLayers(store, ids, by));
        }
        this.carried = undefined;
      },
      cancel: () => void (this.carried = undefined),
    };
  }

  /** Moves layers a little. As long as nothing else is done, all of it is one step to undo. */
  async nudge(layers: readonly Layer[], by: Point): Promise<void> {
    await this.#strokes.settled();
    const document = this.#document;
    const ids = layers.map(({ id }) => id);
    if (!document.isOpen || !ids.every((id) => document.store.get(id))) return;
    const goesOn = this.#nudged?.after === document.layers && this.#nudged.ids.join() === ids.join();
    const mark = goesOn ? this.#nudged!.mark : document.mark(t('layers.moveName'));
    moveLayers(document.store, ids, by);
    document.squash(mark);
    this.#nudged = { mark, ids, after: document.layers };
  }
}

/** Looked at from as far away as a quarter of its size, a picture is drawn from copies four times smaller, for which layers lie on every
 * fourth pixel: nobody sees the difference there. @returns how far to go */
function alongGrid(from: number, by: number, scale: number): number {
  if (by === 0) return 0; // a layer that goes straight up stays in its column
  const grid = scale * smallBy <= 1 ? smallBy : 1;
  return Math.round((from + by) / grid) * grid - from;
}
