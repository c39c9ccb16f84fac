import { randomUUID } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { chmod, copyFile, mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { AppError } from '#common/contract/errors.ts';
import type { OfferedPack } from '#common/contract/model-service.ts';
import { isUrl, parsePack, readPack, verifyPack } from '#models';
import type { OpenedPack } from '#models';
import { renamePatiently } from '#models/disk';
import { writeAtomically } from '../images/atomic-write.ts';
import { makeOutputFolder } from '../images/output-folder.ts';
import { checkSpace, freeBytes } from './disk-space.ts';
import { bytesToFetch, downloadPack, fetchPack } from './download-pack.ts';
import type { DownloadPackWatch } from './download-pack.ts';

/** Where model packs lie, each in a folder of its own. */
export interface LibraryFolders {
  readonly embedded: string; // comes with the program, never changed
  readonly user: string; // made when the first pack is added
}

/** The pack that is used when none is named. */
const defaultId = 'mini';

export interface ListedPack {
  readonly id: string; // name of the folder where the pack cannot be read
  readonly folder: string;
  readonly isEmbedded: boolean;
  readonly bytes: number;
  readonly pack?: OpenedPack['pack'];
  readonly problem?: string; // why it cannot be used
}

/** How a pack is added. */
export interface AddWatch extends DownloadPackWatch {
  readonly hasAccepted?: boolean; // the person accepted its licence, which is noted in the pack
}

/** What is installed. Reads folders anew each time: packs come and go behind its back. */
export class ModelLibrary {
  readonly #folders: LibraryFolders;

  constructor(folders: LibraryFolders) {
    this.#folders = folders;
  }

  /** Embedded packs first, then the user's, each in the order of their names. Damaged ones are listed with their problem. */
  async list(): Promise<ListedPack[]> {
    const { embedded, user } = this.#folders;
    return [...(await listFolder(embedded, true)), ...(await listFolder(user, false))];
  }

  /** Finds a pack by its id, or by the folder it lies in.
   * @throws AppError `model-missing`, ModelError `pack-invalid` */
  async find(idOrFolder = defaultId): Promise<OpenedPack> {
    const installed = await this.list();
    const listed = installed.find(({ id }) => id === idOrFolder);
    const folder = listed?.folder ?? resolve(idOrFolder);
    const isFolder = await stat(folder).then(
      (found) => found.isDirectory(),
      () => false,
    );
    if (!isFolder) {
      throw new AppError('model-missing', { model: idOrFolder, installed: installed.map(({ id }) => id) });
    }
    return await readPack(folder);
  }

  /** Compares every file of a pack with its hash. @throws AppError `model-missing`, ModelError `pack-invalid` */
  async verify(idOrFolder: string): Promise<OpenedPack> {
    return await verifyPack((await this.find(idOrFolder)).folder);
  }

  /** What a pack in a folder or at an address is, and what installing it takes. Nothing of its files is fetched.
   * @throws AppError `model-exists`, `download-failed`; ModelError `pack-invalid` */
  async look(source: string, signal?: AbortSignal): Promise<OfferedPack> {
    const { user } = this.#folders;
    const pack = isUrl(source) ? (await fetchPack(source, signal)).pack : (await readPack(source)).pack;
    if (await this.#isTaken(pack.id)) throw new AppError('model-exists', { id: pack.id });
    const { id, title, precision, licence, note } = pack;
    const needed = isUrl(source) ? await bytesToFetch(user, pack) : packBytes(pack);
    return { id, title, precision, licence, note, bytes: packBytes(pack), needed, free: await freeBytes(user) };
  }

  /** Copies a pack into the user's folder, or fetches it from an address. It appears there whole or not at all.
   * @throws AppError `model-exists`, `disk-full`, `output-not-writable`, `download-failed`, `download-damaged`; ModelError `pack-invalid` */
  async add(source: string, watch: AddWatch = {}): Promise<OpenedPack> {
    const added = await this.#add(source, watch);
    if (watch.hasAccepted) await noteAccepted(added.folder);
    return added;
  }

  async #add(source: string, watch: DownloadPackWatch): Promise<OpenedPack> {
    const { signal } = watch;
    const { user } = this.#folders;
    if (isUrl(source)) return await downloadPack(source, user, (id) => this.#isTaken(id), watch);
    const { pack } = await readPack(source);
    if (await this.#isTaken(pack.id)) throw new AppError('model-exists', { id: pack.id });
    await makeOutputFolder(user);
    await checkSpace(user, packBytes(pack));
    const incoming = join(user, `.incoming-${randomUUID()}`);
    try {
      await copyPack(source, pack, incoming, signal);
      await verifyPack(incoming);
      signal?.throwIfAborted();
      await renamePatiently(incoming, join(user, pack.id));
    } finally {
      await rm(incoming, { recursive: true, force: true });
    }
    return { folder: join(user, pack.id), pack };
  }

  async #isTaken(name: string): Promise<boolean> {
    return (await this.list()).some(({ id }) => id === name);
  }

  /** Deletes one of the user's packs. @throws AppError `model-missing`, `model-embedded` */
  async remove(id: string): Promise<void> {
    const installed = await this.list();
    const found = installed.find((listed) => listed.id === id && !listed.isEmbedded);
    if (!found) {
      const isEmbedded = installed.some((listed) => listed.id === id);
      throw isEmbedded
        ? new AppError('model-embedded', { id })
        : new AppError('model-missing', { model: id, installed: installed.map((listed) => listed.id) });
    }
    const outgoing = join(this.#folders.user, `.outgoing-${randomUUID()}`);
    await renamePatiently(found.folder, outgoing); // gone at once, even if deleting is interrupted
    await rm(outgoing, { recursive: true, force: true });
  }
}

async function listFolder(folder: string, isEmbedded: boolean): Promise<ListedPack[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((): Dirent[] => []);
  const names = entries
    .filter((entry) => (entry.isDirectory() || entry.isSymbolicLink()) && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .sort();
  return await Promise.all(names.map((name) => listPack(join(folder, name), name, isEmbedded)));
}

async function listPack(folder: string, name: string, isEmbedded: boolean): Promise<ListedPack> {
  try {
    const { pack } = await readPack(folder);
    return { id: pack.id, folder, isEmbedded, bytes: packBytes(pack), pack };
  } catch (error) {
    return { id: name, folder, isEmbedded, bytes: 0, problem: error instanceof Error ? error.message : String(error) };
  }
}

const packBytes = ({ files }: OpenedPack['pack']): number => files.reduce((sum, { bytes }) => sum + bytes, 0);

/** Only what the pack lists, whatever else lies in its folder. */
async function copyPack(source: string, pack: OpenedPack['pack'], target: string, signal?: AbortSignal): Promise<void> {
  await mkdir(target);
  for (const file of [...pack.files.map(({ file }) => file), 'pack.json']) {
    signal?.throwIfAborted();
    await copyFile(join(source, file), join(target, file));
    await chmod(join(target, file), 0o644); // the original may be read-only
    await flush(join(target, file));
  }
}

/** Notes in a pack that the person accepted its licence. */
async function noteAccepted(folder: string): Promise<void> {
  const path = join(folder, 'pack.json');
  const pack = parsePack(await readFile(path, 'utf8'), path);
  const noted = { ...pack, licence: { ...pack.licence, accepted: true } };
  await writeAtomically(path, [new TextEncoder().encode(`${JSON.stringify(noted, null, 2)}\n`)]);
}

async function flush(path: string): Promise<void> {
  const file = await open(path, 'r+');
  await file.sync().finally(() => file.close());
}
