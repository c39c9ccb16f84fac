import { layeredPicture, visibleLayers } from '#common/document/layered-picture.ts';
import type { DocumentState } from './document.svelte.ts';
import type { EngineState } from './engine.svelte.ts';

/** The picture as it is seen, all layers together, for those who look at its pixels. It is made when somebody looks and something changed
 * since, because that takes a moment. */
export class SeenPicture {
  /** As large as the canvas; undefined where there is no layer, and until somebody looked. */
  bitmap = $state.raw<ImageBitmap>();
  readonly #document: DocumentState;
  readonly #engine: EngineState;
  #key = ''; // what the bitmap is of
  #made: Promise<ImageBitmap | undefined> = Promise.resolve(undefined);

  constructor(document: DocumentState, engine: EngineState) {
    this.#document = document;
    this.#engine = engine;
  }

  /** The picture as it is now; undefined where there is no layer to be seen. */
  look(): Promise<ImageBitmap | undefined> {
    const key = this.#keyOf();
    if (key !== this.#key) {
      this.#key = key;
      this.#made = this.#make(key);
      this.#made.catch(() => (this.#key = '')); // the next look tries again
    }
    return this.#made;
  }

  /** The same as a PNG file's bytes. @throws Error when nothing is open */
  async file(): Promise<Uint8Array> {
    const { store } = this.#document;
    return await this.#engine.require().pictures.flatten(layeredPicture(store, visibleLayers(store)));
  }

  #keyOf(): string {
    if (!this.#document.isOpen) return '';
    const { store } = this.#document;
    const layers = visibleLayers(store);
    return layers.length === 0 ? '' : JSON.stringify(layeredPicture(store, layers));
  }

  async #make(key: string): Promise<ImageBitmap | undefined> {
    const file = key && new Blob([(await this.file()) as Uint8Array<ArrayBuffer>]);
    const bitmap = file ? await createImageBitmap(file) : undefined;
    if (this.#key === key) this.bitmap = bitmap;
    return bitmap;
  }
}
