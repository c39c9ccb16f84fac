/** Codes of everything the program can expect to fail at. `error-messages.ts` has the sentence for each. */
export type AppErrorCode =
  | 'image-unreadable' // {path?, reason}
  | 'image-too-large' // {path?, size, limit}, both in words, and width, height, maxPixels or bytes, maxBytes
  | 'unsupported-size' // {width, height, allowed}
  | 'unsupported-format' // {path, format, allowed}
  | 'selection-empty' // {reason}
  | 'recipe-invalid' // {path?, reason}
  | 'kept-unfitting' // {count, grid}
  | 'legend-unreadable' // {path}
  | 'name-invalid' // {template, reason}
  | 'companion-missing' // {path, kind}
  | 'batch-running' // {folder, pid}
  | 'batch-mismatch' // {folder, what}
  | 'journal-damaged' // {path, line}
  | 'queue-unreachable' // {address, reason}
  | 'output-is-input' // {path}
  | 'output-collision' // {path}
  | 'output-folder-missing' // {folder}
  | 'output-not-writable' // {path, reason?}
  | 'disk-full' // {path, needed?, free?}
  | 'data-full' // {folder}, of the program's own data
  | 'data-not-writable' // {folder, reason}, the same
  | 'folder-unreadable' // {folder, reason}
  | 'tile-damaged' // {reason}
  | 'project-unreadable' // {path, reason}
  | 'project-too-new' // {path?, version, known}
  | 'file-changed' // {path}
  | 'file-too-large' // {size, limit}, both in words
  | 'model-missing' // {model, installed}
  | 'extractor-missing' // {kind}
  | 'model-exists' // {id}
  | 'model-embedded' // {id}
  | 'download-failed' // {url, reason}
  | 'download-damaged'; // {url, reason}

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

/** An error as plain JSON, for another process. */
export interface WireError {
  readonly code: string; // an AppErrorCode, a code of the inference library, `cancelled`, or `internal` for a bug
  readonly message: string; // the technical account
  readonly data: ErrorData;
}

/** An error another process reported. Its code may be unknown here, when that process is newer. */
export class RemoteError extends Error {
  readonly code: string;
  readonly data: ErrorData;

  constructor({ code, message, data }: WireError) {
    super(message);
    this.name = 'RemoteError';
    this.code = code;
    this.data = data;
  }
}

/** Any thrown value as plain JSON. What is not an expected failure becomes `internal`; stacks stay in this process. */
export function errorToWire(thrown: unknown): WireError {
  if (isExpected(thrown)) return { code: thrown.code, message: thrown.message, data: plainData(thrown.data) };
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const isCancelled = thrown instanceof Error && thrown.name === 'AbortError';
  return { code: isCancelled ? 'cancelled' : 'internal', message, data: {} };
}

/** Reads the plain form back.
 * @throws Error when it is not one */
export function errorFromWire(wire: unknown): RemoteError {
  if (!isRecord(wire) || typeof wire['code'] !== 'string' || typeof wire['message'] !== 'string') {
    throw new Error('not the wire form of an error');
  }
  return new RemoteError({ code: wire['code'], message: wire['message'], data: plainData(wire['data']) });
}

/** AppError, ModelError of the inference library, or RemoteError: told by name, since this folder cannot import them all. */
const expectedNames = ['AppError', 'ModelError', 'RemoteError'];

function isExpected(thrown: unknown): thrown is Error & { code: string; data: unknown } {
  return thrown instanceof Error && expectedNames.includes(thrown.name) && 'code' in thrown && 'data' in thrown;
}

/** What of it survives JSON. Big integers become text rather than an exception. */
function plainData(data: unknown): ErrorData {
  const json = JSON.stringify(data ?? {}, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
  const copy: unknown = JSON.parse(json);
  return isRecord(copy) ? copy : {};
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
