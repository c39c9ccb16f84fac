import { join } from 'node:path';
import type { ItemReport } from '#common/contract/batch.ts';
import type { ItemFile, Revealed } from '#common/contract/batch-service.ts';
import type { ChosenFile } from '#common/contract/documents.ts';
import { AppError } from '#common/contract/errors.ts';
import { fileThumbnail } from '../images/thumbnail.ts';
import type { GrantedFolders } from './granted-folders.ts';

/** What pictures of a plan or a batch are found by. */
export interface Shelf {
  readonly input: string; // folders
  readonly output: string;
  item(index: number): ItemReport | undefined;
}

/** Shows a file in the system's file manager. */
export type Reveal = (path: string) => void;

/** Pictures of plans and batches, asked for by the number of their item. */
export class ItemFiles {
  readonly #folders: GrantedFolders;
  readonly #shelf: (id: ItemFile['batch']) => Shelf | undefined;
  readonly #reveal: Reveal | undefined;
  #thumbnails: Promise<unknown> = Promise.resolve(); // one at a time: the model needs the processor more

  /** @param reveal left out where the host has no file manager to show files in */
  constructor(folders: GrantedFolders, shelf: (id: ItemFile['batch']) => Shelf | undefined, reveal?: Reveal) {
    this.#folders = folders;
    this.#shelf = shelf;
    this.#reveal = reveal;
  }

  /** Null where there is nothing to see: not made yet, or unreadable, which is told elsewhere. */
  async thumbnail(file: ItemFile, signal: AbortSignal): Promise<Uint8Array | null> {
    const path = this.#path(file);
    if (path === undefined) return null;
    const made = this.#thumbnails.then(() => (signal.aborted ? null : fileThumbnail(path).catch(() => null)));
    this.#thumbnails = made;
    return await made;
  }

  /** Lets the page open a file. @throws AppError `image-unreadable` where there is none yet */
  chosen(file: ItemFile): ChosenFile {
    return this.#folders.file(this.#need(file));
  }

  /** @throws AppError `image-unreadable` where there is none yet */
  reveal(file: ItemFile): Revealed {
    return this.revealPath(this.#need(file));
  }

  revealPath(path: string): Revealed {
    this.#reveal?.(path);
    return { place: path, isShown: this.#reveal !== undefined };
  }

  #need(file: ItemFile): string {
    const path = this.#path(file);
    if (path === undefined) throw new AppError('image-unreadable', { reason: 'it was not made yet' });
    return path;
  }

  /** Undefined where there is no file yet. */
  #path({ batch, index, side, variant }: ItemFile): string | undefined {
    const shelf = this.#shelf(batch);
    const item = shelf?.item(index);
    if (!shelf || !item) return undefined;
    if (side === 'before') return join(shelf.input, item.input);
    const made = item.outputs?.[variant] ?? (item.state === 'skipped' && variant === 0 ? item.output : undefined);
    return made === undefined ? undefined : join(shelf.output, made);
  }
}
