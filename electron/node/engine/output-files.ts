import { randomUUID } from 'node:crypto';
import { rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, parse, resolve } from 'node:path';
import { AppError } from '#common/contract/errors.ts';
import type { EditRequest } from '#common/contract/edit-request.ts';
import { writeFailure } from '../images/atomic-write.ts';

/** Files of all variants: `name.png`, `name-2.png`, `name-3.png`, … */
export function variantFiles(out: string, variants: number): string[] {
  const { dir, name, ext } = parse(out);
  return Array.from({ length: variants }, (_, index) => (index === 0 ? out : join(dir, `${name}-${index + 1}${ext}`)));
}

/** File of a streamed band, inside the folder for them. */
export const bandFile = (variant: number, row: number): string => `row-${variant}-${row}.png`;
const bandName = /^row-\d+-\d+\.png$/;

/** Refuses, before any work, outputs that cannot be written or would destroy what the job reads or writes.
 * @throws AppError `output-folder-missing`, `output-not-writable`, `output-is-input`, `output-collision` */
export async function checkOutputs({ image, selection, out, variants, rowsFolder }: EditRequest): Promise<void> {
  const outputs = variantFiles(out, variants);
  const inputs = [image, ...(selection && 'mask' in selection ? [selection.mask] : [])];
  await checkFolder(dirname(resolve(out)));
  for (const output of outputs) {
    await checkTarget(output);
    for (const input of inputs) {
      if (await isSameFile(output, input)) throw new AppError('output-is-input', { path: output });
    }
  }
  if (rowsFolder !== undefined) await checkRowsFolder(rowsFolder, inputs, outputs);
}

async function checkFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => undefined);
  if (!found?.isDirectory()) throw new AppError('output-folder-missing', { folder });
  const probe = join(folder, `.editar-${randomUUID()}`); // asking for permissions misses read-only places, or all on Windows
  try {
    await writeFile(probe, '', { flag: 'wx' });
    await rm(probe);
  } catch (cause) {
    throw writeFailure(folder, cause);
  }
}

async function checkTarget(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (!found || found.isFile()) return;
  const reason = found.isDirectory() ? 'because it is a folder' : 'because it is no ordinary file';
  throw new AppError('output-not-writable', { path, reason });
}

/** Bands are named by us, so what they must not hit is found by its name. The folder itself may be new. */
async function checkRowsFolder(folder: string, inputs: readonly string[], outputs: readonly string[]): Promise<void> {
  const found = await stat(folder).catch(() => undefined);
  if (found && !found.isDirectory())
    throw new AppError('output-not-writable', { path: folder, reason: 'because it is a file' });
  await checkFolder(found ? folder : dirname(resolve(folder)));
  for (const path of [...inputs, ...outputs]) {
    const isBandName = bandName.test(basename(path));
    if (isBandName && (resolve(dirname(path)) === resolve(folder) || (await isSameFile(dirname(path), folder)))) {
      throw new AppError(inputs.includes(path) ? 'output-is-input' : 'output-collision', { path });
    }
  }
}

/** Also true for two names of one file: links, or another case on a disk that does not tell them apart. */
async function isSameFile(a: string, b: string): Promise<boolean> {
  if (resolve(a) === resolve(b)) return true;
  const [one, other] = await Promise.all([a, b].map((path) => stat(path, { bigint: true }).catch(() => undefined)));
  return one !== undefined && other !== undefined && one.ino === other.ino && one.dev === other.dev;
}
