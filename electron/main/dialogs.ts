import { dialog } from 'electron';
import type { BrowserWindow } from 'electron';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { maxBlobBytes } from '#common/contract/blobs.ts';
import { AppError } from '#common/contract/errors.ts';
import { readReason, writeReason } from '#common/contract/file-reasons.ts';
import type { NamedBytes } from '#common/contract/services.ts';
import { endingOf, pictureEndings, projectEnding } from '#common/picture-files.ts';

/** Lets the person choose a picture that the page reads itself, as a map. Null when they choose none. */
export async function openPicture(window: BrowserWindow): Promise<NamedBytes | null> {
  const { filePaths } = await dialog.showOpenDialog(window, {
    properties: ['openFile'],
    filters: [{ name: 'Pictures', extensions: [...pictureEndings] }],
  });
  return filePaths[0] === undefined ? null : await readPicture(filePaths[0]);
}

/** Lets the person choose a picture or a project. @returns its path; undefined when they choose none */
export async function chooseFile(window: BrowserWindow): Promise<string | undefined> {
  const { filePaths } = await dialog.showOpenDialog(window, {
    properties: ['openFile'],
    filters: [{ name: 'Pictures and projects', extensions: [...pictureEndings, projectEnding] }],
  });
  return filePaths[0];
}

/** Lets the person choose a folder, or make one. @returns its path; undefined when they choose none */
export async function chooseFolder(window: BrowserWindow): Promise<string | undefined> {
  const { filePaths } = await dialog.showOpenDialog(window, { properties: ['openDirectory', 'createDirectory'] });
  return filePaths[0];
}

/** Lets the person choose where to write. What is chosen without an ending gets that of the suggested name.
 * @returns the path; undefined when they choose none, or would rather keep the file that is there */
export async function chooseTarget(window: BrowserWindow, name: string): Promise<string | undefined> {
  const ending = endingOf(name);
  const { filePath, canceled } = await dialog.showSaveDialog(window, {
    defaultPath: basename(name),
    filters: [{ name: ending.toUpperCase(), extensions: [ending] }],
  });
  if (canceled || filePath === '') return undefined;
  if (endingOf(filePath) !== '') return filePath; // the system has asked
  const path = `${filePath}.${ending}`;
  return !existsSync(path) || (await mayReplace(window, path)) ? path : undefined;
}

async function mayReplace(window: BrowserWindow, path: string): Promise<boolean> {
  const { response } = await dialog.showMessageBox(window, {
    type: 'warning',
    message: `Replace ${basename(path)}?`,
    detail: 'A file of this name is there already.',
    ...{ buttons: ['Replace', 'Cancel'], defaultId: 1, cancelId: 1 },
  });
  return response === 0;
}

/** @throws AppError `image-unreadable`, `image-too-large` */
async function readPicture(path: string): Promise<NamedBytes> {
  const name = basename(path);
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) throw new AppError('image-unreadable', { path: name, reason: 'there is no such file' });
  if (found.size > maxBlobBytes) {
    const mebibytes = (bytes: number) => `${Math.ceil(bytes / 2 ** 20)} MiB`;
    throw new AppError('image-too-large', { path: name, size: mebibytes(found.size), limit: mebibytes(maxBlobBytes) });
  }
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new AppError('image-unreadable', { path: name, reason: readReason(cause) }, { cause });
  });
  return { name, bytes };
}

/** Lets the person choose where to save; the system's dialog asks before an existing file is replaced. False when they choose none.
 * @throws AppError `output-not-writable` */
export async function savePicture(window: BrowserWindow, { name, bytes }: NamedBytes): Promise<boolean> {
  const { filePath, canceled } = await dialog.showSaveDialog(window, { defaultPath: basename(name) });
  if (canceled || filePath === '') return false;
  await replaceFile(filePath, bytes);
  return true;
}

/** The file holds what was there before, or all of the new bytes. */
async function replaceFile(path: string, bytes: Uint8Array): Promise<void> {
  const real = await realpath(path).catch(() => path); // of a link, what it leads to
  const temporary = join(dirname(real), `.editar-${randomUUID()}`);
  try {
    await writeFile(temporary, bytes, { flag: 'wx' });
    await rename(temporary, real);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    const { code = '' } = cause as NodeJS.ErrnoException;
    throw new AppError('output-not-writable', { path, reason: writeReason(cause) ?? `(${code})` }, { cause });
  }
}
