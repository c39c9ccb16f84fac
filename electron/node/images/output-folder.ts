import { AppError } from '#common/contract/errors.ts';
import { makeFolder } from '#models/disk';
import { writeFailure } from './atomic-write.ts';

/** Makes a folder for what is to be written, and those above it; one that is there stays.
 * @throws AppError `disk-full`, `output-folder-missing`, `output-not-writable` */
export async function makeOutputFolder(folder: string): Promise<void> {
  await makeFolder(folder).catch((cause: unknown) => {
    const isFile = (cause as NodeJS.ErrnoException).code === 'EEXIST';
    if (isFile) throw new AppError('output-not-writable', { path: folder, reason: 'because it is a file' }, { cause });
    throw writeFailure(folder, cause);
  });
}
