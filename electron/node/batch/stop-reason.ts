import { stat } from 'node:fs/promises';
import { AppError } from '#common/contract/errors.ts';
import { listingFailure } from './listing.ts';

/** Why a whole batch cannot go on, where a failure is not the picture's own: on a full disk, or without the folder of the inputs, everything
 * that waits would be made for nothing and fail too. A folder that is watched may come back. */
export async function stopReason(
  error: unknown,
  { input, isWatching }: { readonly input: string; readonly isWatching: boolean },
): Promise<AppError | undefined> {
  if (!(error instanceof AppError)) return undefined;
  if (error.code === 'disk-full') return error;
  if (isWatching || error.code !== 'image-unreadable') return undefined;
  return await stat(input).then(
    () => undefined,
    (cause: unknown) => listingFailure(input, cause),
  );
}
