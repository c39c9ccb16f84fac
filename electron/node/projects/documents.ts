import { randomUUID } from 'node:crypto';
import type { BlobId } from '#common/contract/blobs.ts';
import { basename } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type {
  DocumentId,
  ExportOptions,
  FileHandle,
  FileSource,
  OpenedDocument,
  RecentFile,
  RecentId,
  Recoverable,
  SaveTarget,
  TileOptions,
  Written,
} from '#common/contract/documents.ts';
import { hostError } from '#common/contract/host-errors.ts';
import { documentProblem } from '#common/document/integrity.ts';
import type { DocumentPatch } from '#common/document/patch.ts';
import { projectId } from '#common/document/records.ts';
import type { DocumentRecord } from '#common/document/records.ts';
import { DocumentStore } from '#common/document/store.ts';
import type { BlobStore } from '../blobs/blob-store.ts';
import type { FileWork, OpenedFile } from './file-work-contract.ts';
import { lookAt } from './granted-files.ts';
import type { GrantedFiles } from './granted-files.ts';
import { ProjectOutput } from './project-output.ts';
import type { NewRecent, RecentFiles } from './recent-files.ts';
import type { Stores } from './stores.ts';
import type { DocumentFiles, Journal } from './journal.ts';
import type { Journals } from './journals.ts';

/** What the pages of one host share. */
export interface DocumentsConfig extends Stores {
  readonly version: string; // of the program
}

interface OpenDocument {
  readonly journal: Journal | undefined; // undefined: it could not be begun
  files: DocumentFiles;
  last: Promise<unknown>; // changes are written down in the order they came, although blobs are looked for first
  hasGap: boolean; // a change could not be written down; those after it must not be
}

const noFiles: DocumentFiles = { project: null, inputs: [] };

/** The open documents of one page: opened, written down, and let go when the page goes. */
export class Documents implements AsyncDisposable {
  readonly #blobs: BlobStore;
  readonly #journals: Journals;
  readonly #files: GrantedFiles;
  readonly #recent: RecentFiles;
  readonly #work: FileWork;
  readonly #output: ProjectOutput;
  readonly #open = new Map<DocumentId, OpenDocument>();

  constructor(config: DocumentsConfig) {
    this.#blobs = config.blobs;
    this.#journals = config.journals;
    this.#files = config.files;
    this.#recent = config.recent;
    this.#work = config.work;
    this.#output = new ProjectOutput(config);
  }

  async open(source: FileSource): Promise<OpenedDocument> {
    const opened = 'handle' in source ? await this.#openFile(source.handle) : await this.#openBlob(source);
    const { name, records, notices, files, making } = opened;
    const document = await this.#begin(records, files, false);
    await this.#noteRecent(name, opened.isProject, files.project?.path ?? files.inputs[0], source);
    const hasFile = files.project !== null;
    return { document, name, records, hasFile, hasUnsaved: false, notices, making };
  }

  async save(document: DocumentId, records: DocumentRecord[], target: SaveTarget): Promise<Written> {
    requireWhole(records, 'documents.save');
    const open = this.#require(document);
    const { written, file } = await this.#output.save(records, target, open.files);
    if (file) {
      open.files = { ...open.files, project: file };
      await this.#noteSaved(document, open, records);
    }
    await this.#noteRecent(written.name, true, file?.path, written);
    return written;
  }

  async export(
    document: DocumentId,
    records: DocumentRecord[],
    options: ExportOptions,
    target: SaveTarget,
  ): Promise<Written> {
    requireWhole(records, 'documents.export');
    return await this.#output.export(records, options, target, this.#require(document).files);
  }

  /** The page goes on with what it has, whatever the journal says: it is the one that knows. */
  async attach(document: DocumentId, records: DocumentRecord[]): Promise<DocumentId> {
    requireWhole(records, 'documents.attach');
    const files = this.#open.get(document)?.files ?? (await this.#journals.read(document))?.files ?? noFiles;
    await this.#letGo(document);
    const isTaken = await this.#journals.isInUse(document);
    return await this.#begin(records, files, true, isTaken ? undefined : document).catch((error: unknown) => {
      this.#keep(document, undefined, files); // it can be saved all the same
      throw error;
    });
  }

  async append(document: DocumentId, patch: DocumentPatch): Promise<undefined> {
    const open = this.#require(document);
    const written = open.last.then(() => this.#write(open, patch));
    open.last = written.catch(() => (open.hasGap = true)); // the page hears of it, and attaches anew
    await written;
  }

  async #write({ journal, hasGap }: OpenDocument, patch: DocumentPatch): Promise<void> {
    if (hasGap || !journal) throw hostError('journal-broken');
    await this.#requireBlobs(patch);
    await journal.append({ type: 'change', patch });
  }

  async close(document: DocumentId): Promise<undefined> {
    await this.#letGo(document);
    await this.#journals.remove(document);
  }

  recoverable(): Promise<Recoverable[]> {
    return this.#journals.recoverable();
  }

  async recover(document: DocumentId): Promise<OpenedDocument> {
    const { journal, found } = await this.#journals.resume(document);
    const { records, files, hasUnsaved, isCut } = found;
    this.#keep(document, journal, files);
    const notices = isCut ? ['The very last change had not been written down completely and is missing.'] : [];
    const name = files.project ? basename(files.project.path) : new DocumentStore(records).require(projectId).name;
    return { document, name, records, hasFile: files.project !== null, hasUnsaved, notices, making: null };
  }

  async discard(document: DocumentId): Promise<undefined> {
    await this.#journals.remove(document);
  }

  recent(): Promise<RecentFile[]> {
    return this.#recent.list();
  }

  async forgetRecent(id: RecentId | null): Promise<undefined> {
    await this.#recent.forget(id);
  }

  tiles(picture: BlobId, options: TileOptions) {
    return this.#work.tiles(picture, options);
  }

  /** Journals stay: what is not saved can be recovered. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#open.keys()].map((document) => this.#letGo(document)));
  }

  async #openFile(handle: FileHandle): Promise<Opened> {
    const path = this.#files.path(handle);
    const name = basename(path);
    const project = await lookAt(path); // as it is before it is read
    const opened = await this.#work.open({ path }, name);
    const files = opened.isProject ? { project: project ?? null, inputs: [] } : { project: null, inputs: [path] };
    return { ...opened, name, files };
  }

  async #openBlob({ blob, name }: { readonly blob: BlobId; readonly name: string }): Promise<Opened> {
    return { ...(await this.#work.open({ blob }, name)), name, files: noFiles };
  }

  /** A list that cannot be written costs nobody their work. @param path left out: a copy is kept */
  async #noteRecent(name: string, isProject: boolean, path: string | undefined, copy: object): Promise<void> {
    const file =
      path !== undefined ? { path } : 'blob' in copy && copy.blob ? { blob: copy.blob as BlobId } : undefined;
    const id = file && (await this.#recent.note({ name, isProject, file }).catch(() => undefined));
    if (id) void this.#picture(id, file);
  }

  /** Nobody waits for a small picture, and the list is good without it. */
  async #picture(id: RecentId, file: NewRecent['file']): Promise<void> {
    const thumbnail = await this.#work.look(file).catch(() => null);
    if (thumbnail) await this.#recent.picture(id, thumbnail).catch(() => undefined);
  }

  /** The journal says from where on there is something to lose; a change that came meanwhile is not in the file. */
  async #noteSaved(document: DocumentId, open: OpenDocument, records: DocumentRecord[]): Promise<void> {
    const noted = open.last.then(async () => {
      if (open.hasGap || !open.journal) return;
      const { records: written } = (await this.#journals.read(document)) ?? { records: [] };
      if (isDeepStrictEqual(byId(written), byId(records)))
        await open.journal.append({ type: 'saved', files: open.files });
    });
    open.last = noted.catch(() => undefined); // saved it is; at worst it is offered once more
    await open.last;
  }

  async #begin(
    records: DocumentRecord[],
    files: DocumentFiles,
    hasUnsaved: boolean,
    document = randomUUID() as DocumentId,
  ): Promise<DocumentId> {
    const journal = await this.#journals.begin(document, { records, files, hasUnsaved });
    this.#keep(document, journal, files);
    return document;
  }

  #keep(document: DocumentId, journal: Journal | undefined, files: DocumentFiles): void {
    this.#open.set(document, { journal, files, last: Promise.resolve(), hasGap: journal === undefined });
  }

  async #letGo(document: DocumentId): Promise<void> {
    const open = this.#open.get(document);
    if (!open) return;
    this.#open.delete(document);
    await open.last;
    await open.journal?.[Symbol.asyncDispose]();
    if (open.journal) await this.#journals.release(document);
  }

  #require(document: DocumentId): OpenDocument {
    const open = this.#open.get(document);
    if (!open) throw hostError('document-gone', { document });
    return open;
  }

  /** A change that names pixels which are not there could not be recovered. */
  async #requireBlobs({ put, tiles }: DocumentPatch): Promise<void> {
    const listed = [
      ...put.flatMap((record) => (record.type === 'image' ? record.tiles : [])),
      ...tiles.flatMap(({ changes }) => changes.map(([, tile]) => tile)),
    ];
    const blobs = new Set(listed.filter((tile) => tile !== null));
    for (const id of blobs) if (!(await this.#blobs.has(id))) throw hostError('blob-missing', { id });
  }
}

interface Opened extends OpenedFile {
  readonly name: string; // of the file
  readonly files: DocumentFiles;
}

const byId = (records: readonly DocumentRecord[]) => new Map(records.map((record) => [record.id, record]));

function requireWhole(records: DocumentRecord[], member: string): void {
  const reason = documentProblem(records);
  if (reason !== undefined) throw hostError('invalid-call', { member, reason });
}
