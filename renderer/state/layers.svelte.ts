import type { Image, Layer, LayerId } from '#common/document/records.ts';
import { projectId } from '#common/document/records.ts';
import type { Point } from '#common/geometry.ts';
import type { DocumentState } from './document.svelte.ts';

/** Which layer is worked on, and which part of it. Never part of the document. */
export class LayersState {
  #chosenId = $state<LayerId>();
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
  /** What of it is painted on. */
  part: 'pixels' | 'mask' = $derived.by(() => (this.chosen?.mask ? this.#part : 'pixels'));
  /** The mask that is looked at in the place of the picture. */
  seenMask = $derived.by(() => (this.#seesMask && this.part === 'mask' ? (this.chosen?.mask ?? null) : null));

  choose(id: LayerId, part: 'pixels' | 'mask' = 'pixels'): void {
    this.#chosenId = id;
    this.#part = part;
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
    const { store } = this.#document;
    const { canvas } = store.require(projectId);
    const image = store.require(this.part === 'mask' && layer.mask ? layer.mask : layer.image);
    return { layer, image, corner: { x: layer.offset.x - canvas.x, y: layer.offset.y - canvas.y } };
  }
}
