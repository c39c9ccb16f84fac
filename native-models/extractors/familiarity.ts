import { ModelError } from '../errors.ts';
import type { HostTensor } from '../runtime/host-tensor.ts';
import type { ExtractorAbout } from './extractor.ts';

/** Output of networks that know what they know: how far their input (-1 … 1) is from the nearest of what they have learnt from, as a mean
 * square. */
export const distanceOutput = 'distance';

/** Whether a picture is like those a network has learnt from. True of networks that do not tell.
 * @throws ModelError `bad-output` */
export function isFamiliar(outputs: Record<string, HostTensor>, { title, familiarPsnr }: ExtractorAbout): boolean {
  if (familiarPsnr === undefined) return true;
  const [distance] = outputs[distanceOutput].data as Float32Array;
  if (!Number.isFinite(distance)) throw new ModelError('bad-output', `${title} gave a distance that is no number`);
  return 10 * Math.log10(4 / distance) >= familiarPsnr;
}
