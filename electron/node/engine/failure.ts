import { describeError } from '#common/contract/error-messages.ts';
import { AppError, errorToWire, RemoteError } from '#common/contract/errors.ts';
import type { AppErrorCode } from '#common/contract/errors.ts';
import { ModelError } from '#models';
import type { ModelErrorCode } from '#models';

/** All there is, besides `internal` for a bug. */
export type FailureCode = AppErrorCode | ModelErrorCode | 'cancelled';

/** An error as a job or a command reports it. */
export interface Failure {
  readonly code: string;
  readonly message: string; // for the person: what happened, what was kept, what to do
  readonly data: Record<string, unknown>;
}

const nothingWritten = 'Nothing was written.';

/** What to say after the inference library's own account of what happened. */
const advice: Readonly<Record<ModelErrorCode, string>> = {
  'checkpoint-invalid': `${nothingWritten} Get the file again and compare its size with the original.`,
  'checkpoint-mismatch': `${nothingWritten} Choose the files that belong to one release of this model.`,
  'pack-invalid': 'Get or build the model again.',
  unsupported: 'Choose another file or model.',
  'download-failed': 'Check the connection and the address, then try again.',
  'device-unavailable': `${nothingWritten} Choose another device; cpu works everywhere.`,
  'out-of-memory': `${nothingWritten} Close other programs, or choose a model of lower precision or fewer variants.`,
  'out-of-space': `${nothingWritten} Free some space, or choose another disk.`,
  'bad-output': `${nothingWritten} Try another device, or verify the model: its files may be damaged.`,
  'invalid-input': nothingWritten,
};

/** The one place that turns whatever was thrown into something to tell. */
export function describeFailure(thrown: unknown): Failure {
  const { code, message, data } = errorToWire(thrown);
  if (thrown instanceof RemoteError) return { code, message, data }; // told by another process, in words already
  return { code, message: inWords(thrown, message), data };
}

function inWords(thrown: unknown, message: string): string {
  if (thrown instanceof AppError) {
    const { sentence, kept, action } = describeError(thrown.code, thrown.data);
    return [sentence, kept, action].filter((part) => part !== undefined && part !== '').join(' ');
  }
  if (thrown instanceof ModelError) return `${asSentence(message)} ${advice[thrown.code]}`;
  return `Something unexpected went wrong: ${asSentence(message)} Nothing was changed. Try it again; if it happens every time, start the program anew.`;
}

function asSentence(text: string): string {
  const upper = /^[a-z]+ /.test(text) ? text[0]!.toUpperCase() + text.slice(1) : text; // names stay as they are
  return /[.!?]$/.test(upper) ? upper : `${upper}.`;
}
