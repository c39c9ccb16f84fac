import type { Extent } from '#common/geometry.ts';
import type { BlobId } from '#common/contract/blobs.ts';
import type { NamedBytes } from '#common/contract/services.ts';
import type { DocumentState } from './document.svelte.ts';
import type { EngineState } from './engine.svelte.ts';
import { layeredPicture, visibleLayers } from './layered-picture.ts';

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

  /** Keeps what was opened for those who look at it themselves. */
  async noteOpened({ name, bytes }: NamedBytes): Promise<void> {
    this.showsBefore = false;
    this.current = undefined;
    const file = new Blob([bytes as Uint8Array<ArrayBuffer>]);
    const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' }).catch(async () => {
      return await createImageBitmap(new Blob([(await this.#flattened()) as Uint8Array<ArrayBuffer>]));
    });
    this.current = { name, bitmap };
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
    return project && { name: project.name, extent: { width: project.canvas.width, height: project.canvas.height } };
  });
  /** Whether something was laid over the picture, so that there is a before. */
  hasBefore = $derived.by(() => this.#document.layers.length > 1);
}

/** `photo.jpg` and `photo edited.png` both become `photo edited.png`. */
export function editedName(name: string): string {
  const stem = name.replace(/\.[^.]*$/, '').replace(/ edited$/, '');
  return `${stem} edited.png`;
}
