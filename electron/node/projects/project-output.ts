import { basename } from 'node:path';
import type { ExportOptions, SaveTarget, Written } from '#common/contract/documents.ts';
import { AppError } from '#common/contract/errors.ts';
import { hostError } from '#common/contract/host-errors.ts';
import type { DocumentRecord } from '#common/document/records.ts';
import type { FileWork } from './file-work-contract.ts';
import { isSameFile, lookAt, requireUnchanged } from './granted-files.ts';
import type { GrantedFiles } from './granted-files.ts';
import type { DocumentFiles, KnownFile } from './journal.ts';

interface OutputConfig {
  readonly work: Pick<FileWork, 'save' | 'export'>;
  readonly files: GrantedFiles;
  readonly version: string; // of the program
}

/** Writes projects and pictures where a page may have them written. */
export class ProjectOutput {
  readonly #config: OutputConfig;

  constructor(config: OutputConfig) {
    this.#config = config;
  }

  /** @returns the project's file from now on; undefined where a blob was asked for
   * @throws RemoteError `file-changed`, `output-is-input`, `disk-full`, `output-not-writable`, … */
  async save(
    records: DocumentRecord[],
    target: SaveTarget,
    files: DocumentFiles,
  ): Promise<{ written: Written; file: KnownFile | undefined }> {
    const path = await this.#path(target, files);
    const written = await this.#config.work.save(records, path);
    return {
      written: { ...written, name: nameOf(target, path) },
      file: path === null ? undefined : await lookAt(path),
    };
  }

  /** @throws RemoteError as `save`, `unsupported-size` */
  async export(
    records: DocumentRecord[],
    options: ExportOptions,
    target: SaveTarget,
    files: DocumentFiles,
  ): Promise<Written> {
    const path = await this.#path(target, files);
    const written = await this.#config.work.export(records, options, path, this.#config.version);
    return { ...written, name: nameOf(target, path) };
  }

  /** A file of somebody else's making is not written over unless the person said so. @returns null for a blob */
  async #path(target: SaveTarget, { project, inputs }: DocumentFiles): Promise<string | null> {
    if ('name' in target) return null;
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
}

const nameOf = (target: SaveTarget, path: string | null): string =>
  path === null && 'name' in target ? target.name : basename(path ?? '');
