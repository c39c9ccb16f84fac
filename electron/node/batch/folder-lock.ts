import { open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '#common/contract/errors.ts';
import { writeFailure } from '../images/atomic-write.ts';
import { isAlive } from '../processes.ts';
import { batchFiles } from './report.ts';

/** Keeps a second batch out of an output folder. The lock of a process that is gone is taken over.
 * @throws AppError `batch-running`, `output-not-writable` */
export async function lockFolder(folder: string): Promise<AsyncDisposable> {
  const path = join(folder, batchFiles.lock);
  for (;;) {
    try {
      await using file = await open(path, 'wx');
      await file.writeFile(String(process.pid));
      return { [Symbol.asyncDispose]: () => rm(path, { force: true }) };
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw writeFailure(path, cause);
    }
    const pid = Number(await readFile(path, 'utf8').catch(() => ''));
    if (pid > 0 && isAlive(pid)) throw new AppError('batch-running', { folder, pid });
    await rm(path, { force: true });
  }
}
