import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { maxBlobBytes } from '#common/contract/blobs.ts';
import type { ExportOptions, SaveTarget, Written } from '#common/contract/documents.ts';
import { AppError } from '#common/contract/errors.ts';
import { hostError } from '#common/contract/host-errors.ts';
import type { DocumentRecord } from '#common/document/records.ts';
import type { BlobStore } from '../blobs/blob-store.ts';
import { fillAtomically } from '../images/atomic-write.ts';
import { exportPicture } from './export-picture.ts';
import { isSameFile, lookAt, requireUnchanged } from './granted-files.ts';
import type { GrantedFiles } from './granted-files.ts';
import type { DocumentFiles, KnownFile } from './journal.ts';
import type { LayerPictures } from './layer-pictures.ts';
import { writeProject } from './project-writer.ts';

interface OutputConfig {
  readonly blobs: BlobStore;
  readonly pictures: LayerPictures;
  readonly files: GrantedFiles;
  readonly version: string; // of the program
}

type Fill = (file: FileHandle) => Promise<void>;

/** Writes projects and pictures where a page may have them written. */
export class ProjectOutput {
  readonly #config: OutputConfig;

  constructor(config: OutputConfig) {
    this.#config = config;
  }

  /** @returns the project's file from now on; undefined where a blob was asked for
   * @throws AppError `file-changed`, `output-is-input`, `disk-full`, `output-not-writable`, … */
  async save(
    records: readonly DocumentRecord[],
    target: SaveTarget,
    files: DocumentFiles,
  ): Promise<{ written: Written; file: KnownFile | undefined }> {
    const fill: Fill = (file) => writeProject(file, records, this.#config);
    const { name, blob, path } = await this.#write(target, files, fill);
    return { written: { name, blob, notices: [] }, file: path === undefined ? undefined : await lookAt(path) };
  }

  /** @throws AppError as `save`, `unsupported-size` */
  async export(
    records: readonly DocumentRecord[],
    options: ExportOptions,
    target: SaveTarget,
    files: DocumentFiles,
  ): Promise<Written> {
    const { format } = options;
    if (format === 'ora') {
      const fill: Fill = (file) => writeProject(file, records, this.#config, { hasHistory: false });
      return { ...(await this.#write(target, files, fill)), notices: [] };
    }
    const { blobs, version } = this.#config;
    const { parts, notices } = await exportPicture(records, { ...options, format }, blobs, version);
    const written = await this.#write(target, files, async (file) => {
      for (const part of parts) await file.writeFile(part);
    });
    return { ...written, notices: [...notices] };
  }

  async #write(target: SaveTarget, files: DocumentFiles, fill: Fill) {
    if ('name' in target) return { name: target.name, blob: await this.#asBlob(fill), path: undefined };
    const path = await this.#path(target, files);
    await fillAtomically(path, fill);
    return { name: basename(path), blob: null, path };
  }

  /** A file of somebody else's making is not written over unless the person said so. */
  async #path(target: Exclude<SaveTarget, { name: string }>, { project, inputs }: DocumentFiles): Promise<string> {
    const path = 'handle' in target ? this.#config.files.path(target.handle) : project?.path;
    if (path === undefined) {
      throw hostError('invalid-call', { member: 'documents.save', reason: 'the document has no file of its own' });
    }
    if (target.mayReplace) return path;
    if (project && (await isSameFile(path, project.path))) await requireUnchanged(project);
    for (const input of inputs) {
      if (await isSameFile(path, input)) throw new AppError('output-is-input', { path: basename(path) });
    }
    return path;
  }

  /** Through a file, since a project is written piece by piece. */
  async #asBlob(fill: Fill): Promise<Awaited<ReturnType<BlobStore['put']>>> {
    const folder = join(tmpdir(), 'editar-saves');
    const path = join(folder, randomUUID());
    await mkdir(folder, { recursive: true });
    try {
      await using file = await open(path, 'wx+');
      await fill(file);
      const { size } = await file.stat();
      if (size > maxBlobBytes) throw tooLarge(size);
      return await this.#config.blobs.put(await readFile(path));
    } finally {
      await rm(path, { force: true });
    }
  }
}

function tooLarge(bytes: number): AppError {
  const mebibytes = (count: number) => `${Math.ceil(count / 2 ** 20)} MiB`;
  return new AppError('file-too-large', { size: mebibytes(bytes), limit: mebibytes(maxBlobBytes) });
}
