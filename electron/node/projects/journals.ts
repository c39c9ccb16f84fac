import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { uptime } from 'node:os';
import { join } from 'node:path';
import { zDocumentId } from '#common/contract/documents.ts';
import type { DocumentId, Recoverable } from '#common/contract/documents.ts';
import { projectId } from '#common/document/records.ts';
import { hostError } from '#common/contract/host-errors.ts';
import { dataFailure } from '../images/atomic-write.ts';
import { isAlive } from '../processes.ts';
import { Journal, readJournal } from './journal.ts';
import type { DocumentFiles, ReadJournal } from './journal.ts';
import type { DocumentRecord } from '#common/document/records.ts';

const ending = '.journal';

/** What a document is when a journal of it begins. */
export interface Beginning {
  readonly files: DocumentFiles;
  readonly hasUnsaved: boolean;
  readonly records: DocumentRecord[];
}

/** The journals of all documents, open ones and those a crash left: `<folder>/<document>.journal`, and beside each that is in use
 * `<document>.owner` with the number of the process that writes it. */
export class Journals {
  readonly #folder: string;
  readonly #ours = new Set<DocumentId>(); // in use by a page of this process

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Begins a journal, in the place of what there was of the document.
   * @throws AppError `data-full`, `data-not-writable`; RemoteError `document-in-use` */
  async begin(document: DocumentId, beginning: Beginning): Promise<Journal> {
    await this.#claim(document);
    return await Journal.begin(this.#path(document), beginning).catch(async (error: unknown) => {
      await this.release(document);
      throw dataFailure(this.#folder, error);
    });
  }

  /** Takes up a journal that nobody writes. @throws RemoteError `document-in-use`, `document-gone` */
  async resume(document: DocumentId): Promise<{ journal: Journal; found: ReadJournal }> {
    await this.#claim(document);
    const found = await this.read(document);
    if (!found) {
      await this.release(document);
      throw hostError('document-gone', { document });
    }
    return { journal: await Journal.resume(this.#path(document), found.wholeBytes), found };
  }

  /** Undefined when there is none that can be read. */
  async read(document: DocumentId): Promise<ReadJournal | undefined> {
    return await readJournal(this.#path(document)).catch(() => undefined);
  }

  /** Lets others have the document. */
  async release(document: DocumentId): Promise<void> {
    this.#ours.delete(document);
    await rm(this.#owner(document), { force: true }).catch(() => undefined); // where no note can be, none is
  }

  /** Forgets a document. @throws RemoteError `document-in-use` */
  async remove(document: DocumentId): Promise<void> {
    if (await this.isInUse(document)) throw hostError('document-in-use', { document });
    await rm(this.#path(document), { force: true });
    await rm(this.#owner(document), { force: true });
  }

  /** Documents with unsaved changes that nobody has open, the latest first. Those without are forgotten here. */
  async recoverable(): Promise<Recoverable[]> {
    const all = await Promise.all((await this.#documents()).map((document) => this.#recoverable(document)));
    return all.filter((one) => one !== undefined).sort((a, b) => b.changedAt - a.changedAt);
  }

  /** Every blob that a journal names, of whatever time: undo may want an old one back. */
  async referencedBlobs(): Promise<Set<string>> {
    const blobs = new Set<string>();
    for (const document of await this.#documents()) {
      const text = await readFile(this.#path(document), 'utf8').catch(() => '');
      for (const [id] of text.matchAll(/(?<=")[0-9a-f]{64}(?=")/g)) blobs.add(id);
    }
    return blobs;
  }

  async isInUse(document: DocumentId): Promise<boolean> {
    return this.#ours.has(document) || (await isOwned(this.#owner(document)));
  }

  async #recoverable(document: DocumentId): Promise<Recoverable | undefined> {
    if (await this.isInUse(document)) return undefined;
    const found = await this.read(document);
    if (!found) return undefined; // not even its beginning is whole; the sweep of blobs spares what it names
    if (!found.hasUnsaved) return void (await this.remove(document).catch(() => undefined)); // it costs nothing but space
    const project = found.records.find(({ id }) => id === projectId);
    const name = project?.type === 'project' ? project.name : '?';
    return { document, name, changes: found.changes, changedAt: (await stat(this.#path(document))).mtimeMs };
  }

  async #claim(document: DocumentId): Promise<void> {
    if (await this.isInUse(document)) throw hostError('document-in-use', { document });
    this.#ours.add(document);
    await mkdir(this.#folder, { recursive: true })
      .then(() => writeFile(this.#owner(document), String(process.pid)))
      .catch((cause: unknown) => {
        this.#ours.delete(document);
        throw dataFailure(this.#folder, cause);
      });
  }

  async #documents(): Promise<DocumentId[]> {
    const names = await readdir(this.#folder).catch((): string[] => []);
    return names.flatMap((name) => {
      const document = name.endsWith(ending) ? zDocumentId.safeParse(name.slice(0, -ending.length)).data : undefined;
      return document ?? [];
    });
  }

  #path(document: DocumentId): string {
    return join(this.#folder, `${document}${ending}`);
  }

  #owner(document: DocumentId): string {
    return join(this.#folder, `${document}.owner`);
  }
}

/** Whether the process that noted its number is still there. A note from before the machine started speaks of another process. */
async function isOwned(note: string): Promise<boolean> {
  const written = await stat(note).catch(() => undefined);
  if (!written || written.mtimeMs < Date.now() - uptime() * 1000) return false;
  const pid = Number(await readFile(note, 'utf8').catch(() => ''));
  return Number.isInteger(pid) && pid > 0 && pid !== process.pid && isAlive(pid);
}
