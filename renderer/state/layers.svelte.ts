import { onCanvas } from '#common/document/layered-picture.ts';
import type { Image, Layer, LayerId } from '#common/document/records.ts';
import { projectId } from '#common/document/records.ts';
import type { Point } from '#common/geometry.ts';
import type { DocumentState } from './document.svelte.ts';

const nobody: ReadonlySet<LayerId> = new Set();

/** Which layers are worked on: one is chosen, of which one part is painted on, and others may be selected with it. Never part of the
 * document. */
export class LayersState {
  #chosenId = $state<LayerId>();
  #others = $state.raw(nobody); // selected with the chosen one
  #part = $state<'pixels' | 'mask'>('pixels');
  #seesMask = $state(false);
  readonly #document: DocumentState;

  /** A layer that a person adds is worked on next. */
  constructor(document: DocumentState) {
    this.#document = document;
    document.onChange(({ diff, source }) => {
      if (source !== 'user') return;
      for (const record of Object.values(diff.added)) if (record.type === 'layer') this.choose(record.id);
    });
  }

  chosen: Layer | undefined = $derived.by(() => {
    const { layers } = this.#document;
    return layers.find(({ id }) => id === this.#chosenId) ?? layers.at(-1);
  });
  /** The chosen one and those selected with it, from the bottom up. */
  selected: readonly Layer[] = $derived.by(() => {
    const { chosen } = this;
    return this.#document.layers.filter((layer) => layer === chosen || this.#others.has(layer.id));
  });
  /** What of it is painted on. */
  part: 'pixels' | 'mask' = $derived.by(() => (this.chosen?.mask ? this.#part : 'pixels'));
  /** The mask that is looked at in the place of the picture. */
  seenMask = $derived.by(() => (this.#seesMask && this.part === 'mask' ? (this.chosen?.mask ?? null) : null));

  /** This one alone. */
  choose(id: LayerId, part: 'pixels' | 'mask' = 'pixels'): void {
    this.#chosenId = id;
    this.#part = part;
    this.#others = nobody;
  }

  /** These together; the last is the chosen one. */
  chooseAll(ids: readonly LayerId[]): void {
    const last = ids.at(-1);
    if (last === undefined) return;
    this.choose(last);
    this.#others = new Set(ids);
  }

  /** Selects one more, which becomes the chosen one, or leaves one out. One always stays. */
  toggle(id: LayerId): void {
    const ids = this.selected.map((layer) => layer.id);
    const others = ids.filter((other) => other !== id);
    this.chooseAll(ids.includes(id) ? others : [...ids, id]);
  }

  /** Selects all from the chosen one to another. */
  extendTo(id: LayerId): void {
    const ids = this.#document.layers.map((layer) => layer.id);
    const [from, to] = [this.chosen ? ids.indexOf(this.chosen.id) : -1, ids.indexOf(id)];
    if (from < 0 || to < 0) return;
    const between = ids.slice(Math.min(from, to), Math.max(from, to) + 1);
    this.chooseAll([...between, ids[from]!]);
  }

  /** Goes to the layer above the chosen one, or below. */
  step(by: 1 | -1): void {
    const { layers } = this.#document;
    const next = this.chosen && layers[layers.indexOf(this.chosen) + by];
    if (next) this.choose(next.id);
  }

  /** Looks at the mask of the chosen layer, or at the picture again. */
  seeMask(isSeen: boolean): void {
    this.#seesMask = isSeen;
    if (isSeen) this.#part = 'mask';
  }

  /** What is painted on, and where its corner is on the canvas; undefined while nothing is open. */
  get painted(): { readonly layer: Layer; readonly image: Image; readonly corner: Point } | undefined {
    const layer = this.chosen;
    if (!layer) return undefined;
    const image = this.#document.store.require(this.part === 'mask' && layer.mask ? layer.mask : layer.image);
    return { layer, image, corner: this.cornerOf(layer) };
  }

  /** Where a layer begins on the canvas. */
  cornerOf({ offset }: Layer): Point {
    return onCanvas(offset, this.#document.store.require(projectId).canvas);
  }
}
