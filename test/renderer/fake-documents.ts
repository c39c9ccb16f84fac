import type { BlobId } from '#common/contract/blobs.ts';
import type { DocumentId, FileSource, Making, RecentFile, SaveTarget, Written } from '#common/contract/documents.ts';
import { AppError } from '#common/contract/errors.ts';
import type { AppErrorCode } from '#common/contract/errors.ts';
import { hostError } from '#common/contract/host-errors.ts';
import type { EngineImplementations } from '#common/contract/services.ts';
import { openPicture } from '#common/document/canvas-commands.ts';
import { applyPatch } from '#common/document/patch.ts';
import type { DocumentRecord } from '#common/document/records.ts';

export const documentId = '6f1f7b5e-1111-4222-8333-444455556666' as DocumentId;
const otherId = '6f1f7b5e-1111-4222-8333-aaaabbbbcccc' as DocumentId; // of what is opened while another one is open
const blobOfSaved = 'd'.repeat(64) as BlobId;
export const crashedId = '6f1f7b5e-1111-4222-8333-777788889999' as DocumentId;

const picture = (name: string) =>
  openPicture({
    ...{ name, profile: null, source: null },
    image: { extent: { width: 9, height: 9 }, channels: 4, depth: 8, tiles: ['c'.repeat(64) as BlobId] },
  }).all();

/** Keeps documents as the engine does, in memory. */
export class FakeDocuments {
  readonly written = new Map<DocumentId, Map<string, DocumentRecord>>(); // what journals would give back
  readonly left = new Set<DocumentId>([crashedId]);
  appends = 0;
  content: unknown;
  isDiskFull = false;
  closesNothing = false;
  opensNothing = false; // as if the file were damaged
  readonly unreadable: string[] = []; // names of pictures
  recent: RecentFile[] = [];
  making: Making | null = null; // what pictures tell of how they were made
  readonly sources: FileSource[] = []; // of what was opened
  readonly targets: SaveTarget[] = [];
  readonly reading = new Map<string, Promise<unknown>>(); // by name of a picture: when it has been read; others at once
  question: AppErrorCode | undefined; // what stands in the way unless it may be replaced

  readonly implementations: EngineImplementations['documents'] = {
    open: async (source) => {
      if ('name' in source) await this.reading.get(source.name);
      if (this.opensNothing) throw new AppError('project-unreadable', { path: 'photo.ora', reason: 'it is damaged' });
      this.sources.push(source);
      const id = this.written.has(documentId) ? otherId : documentId;
      return this.#opened(id, picture('name' in source ? source.name : 'file'), false);
    },
    attach: (document, records) => {
      this.#requireSpace();
      this.#opened(document, records, true);
      return document;
    },
    append: (document, patch) => {
      this.#requireSpace();
      this.appends++;
      applyPatch(this.written.get(document)!, patch);
    },
    save: (_document, records, target) => this.#write(records, target),
    export: (_document, records, options, target) => this.#write([...records, options], target),
    close: (document) => {
      if (this.closesNothing) throw hostError('document-gone', { document });
      this.written.delete(document);
    },
    recoverable: () => [...this.left].map((document) => ({ document, name: 'lost.png', changes: 3, changedAt: 1 })),
    recover: (document) => {
      this.left.delete(document);
      return this.#opened(document, picture('lost.png'), true);
    },
    discard: (document) => void this.left.delete(document),
    named: () => [],
    recent: () => this.recent,
    forgetRecent: (id) => void (this.recent = this.recent.filter((one) => id !== null && one.id !== id)),
    tiles: (_, { name = '' }) => {
      if (this.unreadable.includes(name)) throw new AppError('image-unreadable', { path: name, reason: 'it is empty' });
      return { extent: { width: 9, height: 9 }, channels: 4, depth: 8, tiles: [null] };
    },
  };

  #opened(document: DocumentId, records: DocumentRecord[], hasUnsaved: boolean) {
    this.written.set(document, new Map(records.map((record) => [record.id, record])));
    const name = records.find((record) => record.type === 'project')!.name;
    return { document, name, records, hasFile: false, hasUnsaved, notices: [], making: this.making };
  }

  #write(content: unknown, target: SaveTarget): Written {
    this.targets.push(target);
    this.content = content;
    if (this.question && 'mayReplace' in target && !target.mayReplace) {
      throw new AppError(this.question, { path: 'photo.ora' });
    }
    return {
      name: 'name' in target ? target.name : 'photo.ora',
      blob: 'name' in target ? blobOfSaved : null,
      notices: [],
    };
  }

  #requireSpace(): void {
    if (this.isDiskFull) throw hostError('journal-broken');
  }
}
