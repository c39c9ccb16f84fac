import { bench } from '#models';
import type { BenchOptions, BenchResult } from '#models';
import type { DeviceGuard } from '#models/api';
import type { ModelLibrary } from './model-library.ts';

export type { BenchResult };

/** What to time: an installed model, or the released model's shapes with random weights. */
export interface BenchRequest extends Pick<BenchOptions, 'precision' | 'cache' | 'tokens' | 'pictures'> {
  readonly isRandom: boolean;
  readonly model?: string; // id or folder; default: the embedded one
}

/** Times a model. Aborting it lets the part that is being timed end, so that temporary files go.
 * @throws AppError `model-missing`, ModelError, or the signal's reason */
export async function runBench(
  { isRandom, model, ...options }: BenchRequest,
  { library, guard }: { readonly library: Pick<ModelLibrary, 'find'>; readonly guard: DeviceGuard },
  signal: AbortSignal,
  tell: (what: string) => void,
): Promise<BenchResult> {
  const onProgress = (what: string): void => {
    signal.throwIfAborted();
    tell(what);
  };
  const folder = isRandom ? undefined : (await library.find(model)).folder;
  const result = await bench({ ...options, model: folder, guard, onProgress });
  signal.throwIfAborted();
  return result;
}
