import { randomUUID } from 'node:crypto';
import { readdir, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import type { Folder, FolderContent } from '#common/contract/batch-service.ts';
import type { ChosenFile, FileHandle } from '#common/contract/documents.ts';
import { AppError } from '#common/contract/errors.ts';
import { safeName } from '#common/file-names.ts';
import { hasPictureEnding } from '#common/picture-files.ts';
import type { GrantedFiles } from '../projects/granted-files.ts';
import { listingFailure } from './listing.ts';

/** Folders a page may use: those the person chose in a dialog of the system and, in a browser, those below the roots its host was given.
 * A page names them by handles, which are given here; what leads out of the roots gets none. */
export class GrantedFolders {
  readonly #files: GrantedFiles;
  readonly #roots: readonly string[];
  readonly #handles = new Map<string, FileHandle>(); // the same folder keeps its handle

  /** @param roots of a page in a browser; none where the shell asks the person */
  constructor(files: GrantedFiles, roots: readonly string[] = []) {
    this.#files = files;
    this.#roots = roots.map((root) => resolve(root));
  }

  roots(): Folder[] {
    return this.#roots.map((root) => this.#give(root));
  }

  /** @throws RemoteError `invalid-call` for a handle nobody gave */
  path(handle: FileHandle): string {
    return this.#files.path(handle);
  }

  /** As the page knows it. */
  folder(handle: FileHandle): Folder {
    const place = this.path(handle);
    return { handle, name: basename(place) || place, place };
  }

  /** Folders in a folder. Hidden ones and links are left out, so that nothing leads elsewhere.
   * @throws AppError `folder-unreadable` */
  async list(handle: FileHandle): Promise<FolderContent> {
    const path = this.path(handle);
    const entries = await readdir(path, { withFileTypes: true }).catch((cause: unknown) => {
      throw listingFailure(path, cause);
    });
    const seen = entries.filter(({ name }) => !name.startsWith('.'));
    const names = seen.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    return {
      folder: this.folder(handle),
      parent: this.#isBelowRoot(path) ? this.#give(dirname(path)) : null,
      folders: names.sort(byName).map((name) => this.#give(join(path, name))),
      pictures: seen.filter((entry) => !entry.isDirectory() && hasPictureEnding(entry.name)).length,
    };
  }

  /** A folder in another by its name. One that is there is given only where it is no way out.
   * @throws AppError `name-invalid`, `folder-unreadable` */
  async inside(handle: FileHandle, name: string): Promise<Folder> {
    if (safeName(name) !== name) {
      throw new AppError('name-invalid', { template: name, reason: 'it is not allowed as a name on every system' });
    }
    const [path, parent] = [join(this.path(handle), name), await realpath(this.path(handle)).catch(() => undefined)];
    const real = await realpath(path).catch(() => undefined);
    if (real !== undefined && real !== join(parent ?? '', name)) {
      throw new AppError('folder-unreadable', { folder: path, reason: 'it is a link to somewhere else' });
    }
    return this.#give(path);
  }

  /** A picture of a batch, for the page to open. */
  file(path: string): ChosenFile {
    return { handle: this.#give(path).handle, name: basename(path) };
  }

  #isBelowRoot(path: string): boolean {
    return this.#roots.some((root) => path !== root && path.startsWith(root.endsWith(sep) ? root : root + sep));
  }

  #give(path: string): Folder {
    const known = this.#handles.get(path);
    const handle = known ?? (randomUUID() as FileHandle);
    if (!known) this.#files.grant(handle, path);
    this.#handles.set(path, handle);
    return this.folder(handle);
  }
}

const byName = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true });
