/** Codes of everything the inference library can refuse or fail at. `electron/common/contract/error-messages.ts` turns
 * them into sentences; `message` here is the technical account for logs and tests. */
export type ModelErrorCode =
  | 'checkpoint-invalid' // a weights file is damaged, hostile, or not what its name says
  | 'checkpoint-mismatch' // readable, but not the tensors this family needs
  | 'pack-invalid' // a model pack is missing files or does not match its hashes
  | 'unsupported' // valid, but nothing here can run it
  | 'device-unavailable' // an execution provider cannot start, or failed its self-test
  | 'out-of-memory'
  | 'download-failed' // a server cannot be reached, refuses, or went away
  | 'out-of-space' // the disk is full, or would be
  | 'bad-output' // NaN, infinities or an all-black picture
  | 'invalid-input'; // arguments out of range

/** An expected failure with the data needed to act on it. Never thrown for bugs. */
export class ModelError extends Error {
  constructor(
    readonly code: ModelErrorCode,
    message: string,
    readonly data: Readonly<Record<string, unknown>> = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'ModelError';
  }
}
