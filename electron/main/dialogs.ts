import { dialog } from 'electron';
import type { BrowserWindow, FileFilter } from 'electron';
import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { maxBlobBytes } from '#common/contract/blobs.ts';
import { AppError } from '#common/contract/errors.ts';
import { readReason } from '#common/contract/file-reasons.ts';
import type { NamedBytes } from '#common/contract/services.ts';
import { nameWith, safeName } from '#common/file-names.ts';
import { endingOf, pictureEndings, projectEnding, spellingsOf } from '#common/picture-files.ts';
import { writeAtomically } from '#node/images/atomic-write.ts';

/** What a file is, its content says; and some systems take `.JPG` for another ending than `.jpg`. */
const allFiles: FileFilter = { name: 'All files', extensions: ['*'] };

/** Lets the person choose a picture that the page reads itself, as a map. Null when they choose none. */
export async function openPicture(window: BrowserWindow): Promise<NamedBytes | null> {
  const path = await chooseAmong(window, { name: 'Pictures', extensions: [...pictureEndings] });
  return path === undefined ? null : await readPicture(path);
}

/** Lets the person choose a picture or a project. @returns its path; undefined when they choose none */
export const chooseFile = (window: BrowserWindow): Promise<string | undefined> =>
  chooseAmong(window, { name: 'Pictures and projects', extensions: [...pictureEndings, projectEnding] });

async function chooseAmong(window: BrowserWindow, offered: FileFilter): Promise<string | undefined> {
  const { filePaths } = await dialog.showOpenDialog(window, { properties: ['openFile'], filters: [offered, allFiles] });
  return filePaths[0];
}

/** Lets the person choose a folder, or make one. @returns its path; undefined when they choose none */
export async function chooseFolder(window: BrowserWindow): Promise<string | undefined> {
  const { filePaths } = await dialog.showOpenDialog(window, { properties: ['openDirectory', 'createDirectory'] });
  return filePaths[0];
}

/** Lets the person choose where to write. What is chosen without the ending of the suggested name gets it: some systems add none, and
 * `holiday 2.0` ends as little in one as `holiday` does.
 * @returns the path; undefined when they choose none, or would rather keep the file that is there */
export async function chooseTarget(window: BrowserWindow, name: string): Promise<string | undefined> {
  const ending = endingOf(name);
  const endings = spellingsOf(ending);
  const { filePath, canceled } = await dialog.showSaveDialog(window, {
    defaultPath: suggested(name),
    filters: ending === '' ? [] : [{ name: ending.toUpperCase(), extensions: endings }],
  });
  if (canceled || filePath === '') return undefined;
  if (endings.includes(endingOf(filePath)) || ending === '') return filePath; // the system has asked
  const path = `${filePath}.${ending}`;
  return !existsSync(path) || (await mayReplace(window, path)) ? path : undefined;
}

/** A name that a dialog of any system takes. Windows does not even open one for a name with `:` or `?`. */
function suggested(name: string): string {
  const ending = endingOf(name);
  const stem = ending === '' ? name : name.slice(0, -ending.length - 1);
  return ending === '' ? safeName(stem) : nameWith(safeName(stem), `.${ending}`);
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

/** Lets the person choose where to save; they are asked before an existing file is replaced. False when they choose none.
 * @throws AppError `disk-full`, `output-folder-missing`, `output-not-writable` */
export async function savePicture(window: BrowserWindow, { name, bytes }: NamedBytes): Promise<boolean> {
  const path = await chooseTarget(window, name);
  if (path === undefined) return false;
  await writeAtomically(path, [bytes]);
  return true;
}
