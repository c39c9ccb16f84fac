/** Codes of everything the program can expect to fail at. `error-messages.ts` has the sentence for each. */
export type AppErrorCode =
  | 'image-unreadable' // {path?, reason}
  | 'image-too-large' // {path?, size, limit}, both in words: pixels or bytes
  | 'unsupported-size' // {width, height, allowed}
  | 'unsupported-format' // {path, format, allowed}
  | 'output-is-input' // {path}
  | 'output-collision' // {path}
  | 'output-folder-missing' // {folder}
  | 'output-not-writable' // {path, reason?}
  | 'disk-full' // {path, needed?, free?}
  | 'folder-unreadable' // {folder, reason}
  | 'model-missing' // {model, installed}
  | 'model-exists' // {id}
  | 'model-embedded'; // {id}

export type ErrorData = Readonly<Record<string, unknown>>;

/** An expected failure: a code, and the data needed to act on it. Never thrown for bugs. */
export class AppError extends Error {
  constructor(
    readonly code: AppErrorCode,
    readonly data: ErrorData = {},
    options?: ErrorOptions,
  ) {
    super(`${code} ${JSON.stringify(data)}`, options);
    this.name = 'AppError';
  }
}
