import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { zSampleText } from '#common/contract/services.ts';
import type { SampleText } from '#common/contract/services.ts';

/** A picture that comes with a model to try it on; a condition map where the task needs one. */
export interface Sample extends SampleText {
  readonly bytes: Uint8Array; // of a PNG file
}

const zFile = z.string().regex(/^[a-z0-9][a-z0-9.-]*\.png$/, 'the name of a PNG file');
const zSamples = z.array(zSampleText.extend({ file: zFile }));

/** Samples of a pack, from `samples/samples.json` in its folder; none where a pack brings none.
 * @throws ZodError, Error of reading, for a damaged folder */
export async function readSamples(packFolder: string): Promise<Sample[]> {
  const folder = join(packFolder, 'samples');
  const text = await readFile(join(folder, 'samples.json'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '[]';
    throw error;
  });
  const entries = zSamples.parse(JSON.parse(text));
  return await Promise.all(
    entries.map(async ({ file, ...rest }) => ({ ...rest, bytes: await readFile(join(folder, file)) })),
  );
}
