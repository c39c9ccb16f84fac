import type { BlobId } from '#common/contract/blobs.ts';
import type { Patch } from '#common/contract/edit-order.ts';
import type { NamedBytes } from '#common/contract/services.ts';
import { patchPicture } from '../canvas/patch-picture.ts';
import { t } from '../i18n/i18n.svelte.ts';
import type { EngineState } from './engine.svelte.ts';

/** A picture the page shows. */
export interface Picture {
  readonly name: string;
  readonly bytes: Uint8Array; // of the file
  readonly bitmap: ImageBitmap; // upright, for the screen
  readonly blob?: BlobId; // once the engine has it
}

/** The open picture, before and after the last edit. */
export class EditorState {
  current = $state.raw<Picture>();
  before = $state.raw<Picture>();
  showsBefore = $state(false);
  instruction = $state('');

  shown = $derived(this.showsBefore ? (this.before ?? this.current) : this.current);

  readonly #engine: EngineState;

  constructor(engine: EngineState) {
    this.#engine = engine;
  }

  /** @throws Error with a sentence for the person when the browser cannot show it */
  async open({ name, bytes }: NamedBytes): Promise<void> {
    const bitmap = await decode(bytes, name);
    this.current = { name, bytes, bitmap };
    this.before = undefined;
    this.showsBefore = false;
  }

  /** Makes sure the engine has the picture. @returns its blob */
  async upload(): Promise<BlobId> {
    const picture = this.current;
    if (!picture) throw new Error('no picture is open');
    const blob = picture.blob ?? (await this.#engine.require().blobs.put(picture.bytes));
    if (this.current === picture) this.current = { ...picture, blob };
    return blob;
  }

  /** The result of an edit takes the place of the picture it was made from. */
  async accept(patch: Patch | null): Promise<void> {
    const before = this.current;
    if (!before) return;
    const { width, height } = before.bitmap;
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext('2d')!;
    context.drawImage(before.bitmap, 0, 0);
    const { blobs } = this.#engine.require();
    if (patch) context.drawImage(await patchPicture(patch, (id) => blobs.get(id)), patch.offset.x, patch.offset.y);
    const bytes = new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer());
    const name = editedName(before.name);
    const bitmap = await decode(bytes, name);
    this.before = before;
    this.current = { name, bytes, bitmap };
  }

  undo(): void {
    if (!this.before) return;
    this.current = this.before;
    this.before = undefined;
    this.showsBefore = false;
  }
}

async function decode(bytes: Uint8Array, name: string): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(new Blob([bytes as Uint8Array<ArrayBuffer>]), { imageOrientation: 'from-image' });
  } catch (cause) {
    throw new Error(t('edit.cannotShow', { name }), { cause });
  }
}

/** `photo.jpg` and `photo edited.png` both become `photo edited.png`. */
export function editedName(name: string): string {
  const stem = name.replace(/\.[^.]*$/, '').replace(/ edited$/, '');
  return `${stem} edited.png`;
}
