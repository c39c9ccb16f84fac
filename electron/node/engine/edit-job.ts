import { join } from 'node:path';
import type { PreviewBand } from '#models/api';
import type { EditRequest } from '#common/contract/edit-request.ts';
import type { JobMessage } from '#common/contract/job-message.ts';
import { rasterOf } from '#common/raster/raster.ts';
import { writeAtomically } from '../images/atomic-write.ts';
import { encodeBytes } from '../images/encode.ts';
import { makeOutputFolder } from '../images/output-folder.ts';
import { encodeEdit, paintEdit, readEdit, writeEdit } from './edit-stages.ts';
import type { StageContext } from './edit-stages.ts';
import { bandFile } from './output-files.ts';
import type { PaintContext } from './paint.ts';
import { progressOf } from './progress.ts';

/** What a job is given besides its request. */
export interface JobContext extends StageContext {
  readonly say: (message: JobMessage) => void;
  /** Called when everything is ready to be written: what follows takes a moment and is not interrupted. */
  readonly onWriting: () => void;
}

type Finished = Extract<JobMessage, { type: 'finished' }>;

/** Runs one edit from files to files. Nothing is written before all of it can be, except the streamed bands. Stopping it is
 * cancelling it: no file is written of a picture that is not whole.
 * @throws AppError, ModelError, or the signal's reason */
export async function runEditJob(request: EditRequest, context: JobContext): Promise<Finished> {
  const startedAt = performance.now();
  const { signal, onWriting } = context;
  const ready = await readEdit(request, signal);
  const edit = await paintEdit(ready, { ...context, ...(await hearing(request, context)) });
  const encoded = await encodeEdit(edit, signal);
  onWriting();
  const [first, ...further] = await writeEdit(encoded);
  const { width, height, compositeMs, notices } = encoded;
  return {
    type: 'finished',
    ...{ out: first!.out, width, height, seed: request.seed, ids: first!.ids },
    timings: { ...edit.painted.timings, compositeMs, totalMs: performance.now() - startedAt },
    ...(further.length > 0 && { further }),
    ...(notices.length > 0 && { notices: [...notices] }),
  };
}

async function hearing(
  { rowsFolder }: EditRequest,
  { say }: JobContext,
): Promise<Pick<PaintContext, 'onProgress' | 'onBands'>> {
  const onProgress = progressOf(say);
  if (rowsFolder === undefined) return { onProgress };
  await makeOutputFolder(rowsFolder);
  return { onProgress, onBands: (bands) => writeBands(bands, rowsFolder, say) };
}

async function writeBands(
  bands: readonly PreviewBand[],
  folder: string,
  say: (message: JobMessage) => void,
): Promise<void> {
  for (const { variant, firstRow: row, image } of bands) {
    const file = join(folder, bandFile(variant, row));
    await writeAtomically(file, [await encodeBytes(rasterOf(image), 'png')]);
    say({ type: 'preview', row, ...(variant > 0 && { variant }), file });
  }
}
