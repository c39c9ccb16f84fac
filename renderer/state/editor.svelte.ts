import type { Extent } from '#common/geometry.ts';
import type { BlobId } from '#common/contract/blobs.ts';
import { layeredPicture, visibleLayers } from '#common/document/layered-picture.ts';
import { projectId } from '#common/document/records.ts';
import type { DocumentState } from './document.svelte.ts';
import type { EngineState } from './engine.svelte.ts';

/** What is looked at: the open document, or the picture it began with. */
export class EditorState {
  showsBefore = $state(false);
  /** The picture as it was opened, where the browser can show it. */
  current = $state.raw<{ readonly name: string; readonly bitmap: ImageBitmap }>();
  readonly #document: DocumentState;
  readonly #engine: EngineState;

  constructor(document: DocumentState, engine: EngineState) {
    this.#document = document;
    this.#engine = engine;
  }

  /** Keeps the picture the document began with for those who look at it themselves; where none is known, what is seen. */
  async noteOpened(): Promise<void> {
    this.showsBefore = false;
    this.current = undefined;
    const { store } = this.#document;
    const { source, name } = store.require(projectId);
    const began =
      source &&
      (await this.#engine
        .require()
        .blobs.get(source.blob)
        .then(bitmapOf)
        .catch(() => undefined));
    const bitmap = began ?? (await bitmapOf(await this.#flattened()));
    if (this.#document.isOpen && this.#document.store === store) this.current = { name, bitmap };
  }

  noteClosed(): void {
    this.current = undefined;
  }

  /** Makes sure the engine has the picture as it is seen now, as a file. @returns its blob */
  async upload(): Promise<BlobId> {
    return await this.#engine.require().blobs.put(await this.#flattened());
  }

  async #flattened(): Promise<Uint8Array> {
    const { store } = this.#document;
    return await this.#engine.require().pictures.flatten(layeredPicture(store, visibleLayers(store)));
  }

  /** Undefined while nothing is open. */
  shown: { readonly name: string; readonly extent: Extent } | undefined = $derived.by(() => {
    const project = this.#document.project;
    return (
      project && { name: this.#document.name, extent: { width: project.canvas.width, height: project.canvas.height } }
    );
  });
  /** Whether something was laid over the picture, so that there is a before. */
  hasBefore = $derived.by(() => this.#document.layers.length > 1);
}

/** Upright, as decoders of the engine read it. @throws DOMException for what this browser cannot decode */
const bitmapOf = (file: Uint8Array): Promise<ImageBitmap> =>
  createImageBitmap(new Blob([file as Uint8Array<ArrayBuffer>]), { imageOrientation: 'from-image' });
