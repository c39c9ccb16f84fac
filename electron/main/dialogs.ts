import { app, dialog } from 'electron';
import type { BrowserWindow } from 'electron';
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { maxBlobBytes } from '#common/contract/blobs.ts';
import { AppError } from '#common/contract/errors.ts';
import type { NamedBytes } from '#common/contract/services.ts';
import { pictureEndings, projectEnding } from '#common/picture-files.ts';

/** Lets the person choose a picture. Null when they choose none. */
export async function openPicture(window: BrowserWindow): Promise<NamedBytes | null> {
  const { filePaths } = await dialog.showOpenDialog(window, {
    properties: ['openFile'],
    filters: [{ name: 'Pictures', extensions: [...pictureEndings] }],
  });
  if (filePaths[0] === undefined) return null;
  const picture = await readPicture(filePaths[0]);
  app.addRecentDocument(filePaths[0]); // the system's own list, on its icon
  return picture;
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

/** Lets the person choose where to write. @returns the path; undefined when they choose none */
export async function chooseTarget(window: BrowserWindow, name: string): Promise<string | undefined> {
  const { filePath, canceled } = await dialog.showSaveDialog(window, { defaultPath: basename(name) });
  return canceled || filePath === '' ? undefined : filePath;
}

/** @throws AppError `image-unreadable`, `image-too-large` */
export async function readPicture(path: string): Promise<NamedBytes> {
  const name = basename(path);
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) throw new AppError('image-unreadable', { path: name, reason: 'there is no such file' });
  if (found.size > maxBlobBytes) {
    const mebibytes = (bytes: number) => `${Math.ceil(bytes / 2 ** 20)} MiB`;
    throw new AppError('image-too-large', { path: name, size: mebibytes(found.size), limit: mebibytes(maxBlobBytes) });
  }
  return { name, bytes: await readFile(path) };
}

/** Lets the person choose where to save; the system's dialog asks before an existing file is replaced. False when they choose none.
 * @throws AppError `output-not-writable` */
export async function savePicture(window: BrowserWindow, { name, bytes }: NamedBytes): Promise<boolean> {
  const { filePath, canceled } = await dialog.showSaveDialog(window, { defaultPath: basename(name) });
  if (canceled || filePath === '') return false;
  const temporary = `${filePath}.part`;
  try {
    await writeFile(temporary, bytes);
    await rename(temporary, filePath);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    const { code = '' } = cause as NodeJS.ErrnoException;
    throw new AppError('output-not-writable', { path: filePath, reason: `(${code})` }, { cause });
  }
  return true;
}
