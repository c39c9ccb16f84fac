import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { zFileHandle } from '#common/contract/documents.ts';
import type { ChosenFile, FileHandle } from '#common/contract/documents.ts';
import { AppError } from '#common/contract/errors.ts';
import { hostError } from '#common/contract/host-errors.ts';
import type { KnownFile } from './journal.ts';

/** Files the person chose in a dialog or opened with the program, by the handles their page knows. Only the shell adds to them, so a page
 * can name no other file. */
export class GrantedFiles {
  readonly #paths = new Map<FileHandle, string>();
  #named: ChosenFile[] = [];

  /** @param handle a new random one */
  grant(handle: string, path: string): void {
    this.#paths.set(zFileHandle.parse(handle), path);
  }

  /** Grants a file that the program was started with, for the first page that asks. */
  grantNamed(path: string): void {
    const handle = zFileHandle.parse(randomUUID());
    this.grant(handle, path);
    this.#named.push({ handle, name: basename(path) || path });
  }

  /** The files the program was started with, once. */
  takeNamed(): ChosenFile[] {
    const named = this.#named;
    this.#named = [];
    return named;
  }

  /** @throws RemoteError `invalid-call` */
  path(handle: FileHandle): string {
    const path = this.#paths.get(handle);
    if (path === undefined) throw hostError('invalid-call', { member: 'documents', reason: 'there is no such file' });
    return path;
  }
}

/** What a file looks like now; undefined when it is not there. */
export async function lookAt(path: string): Promise<KnownFile | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found && { path, bytes: found.size, modifiedMs: found.mtimeMs };
}

/** @throws AppError `file-changed` when another program wrote to the file since. One that is gone may be written again. */
export async function requireUnchanged({ path, bytes, modifiedMs }: KnownFile): Promise<void> {
  const now = await lookAt(path);
  if (now && (now.bytes !== bytes || now.modifiedMs !== modifiedMs)) {
    throw new AppError('file-changed', { path: basename(path) });
  }
}

/** Whether two paths lead to one file, by whichever names. */
export async function isSameFile(a: string, b: string): Promise<boolean> {
  const [one, other] = await Promise.all([a, b].map((path) => stat(path, { bigint: true }).catch(() => undefined)));
  return a === b || (one !== undefined && other !== undefined && one.ino === other.ino && one.dev === other.dev);
}
