import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ModelError, buildEditarPack, isUrl } from '#models';
import type { BuildEditarOptions, Pack } from '#models';
import { writeFailure } from '../images/atomic-write.ts';

/** Checkpoints as they were published, and what to make of them. */
export interface BuildRequest extends Pick<
  BuildEditarOptions,
  'gpt' | 'vq' | 't5' | 'precision' | 'out' | 'id' | 'title' | 'link'
> {
  readonly config?: string; // file with the numbers that checkpoints do not tell
}

/** Makes a pack from checkpoints. Missing inputs are named all at once, before anything is read.
 * @throws ModelError, AppError `disk-full`, `output-folder-missing`, `output-not-writable` */
export async function buildModel(
  { config, gpt, vq, t5, precision, out, id, title, link }: BuildRequest,
  app: BuildEditarOptions['app'],
  watch: Pick<BuildEditarOptions, 'signal' | 'onProgress'>,
): Promise<Pack> {
  await checkInputs([gpt, vq, t5, ...(config === undefined ? [] : [config])]);
  try {
    return await buildEditarPack({ gpt, vq, t5, precision, out, id, title, link, configFile: config, app, ...watch });
  } catch (error) {
    throw error instanceof ModelError ? error : writeFailure(resolve(out), error);
  }
}

async function checkInputs(paths: readonly string[]): Promise<void> {
  const local = paths.filter((path) => !isUrl(path));
  const found = await Promise.all(local.map((path) => stat(path).catch(() => undefined)));
  const files = local.filter((_, index) => !found[index]);
  if (files.length > 0) {
    throw new ModelError('checkpoint-invalid', `there is no such file: ${files.join(', ')}`, { files });
  }
}
