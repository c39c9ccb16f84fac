import type { AppErrorCode, AppErrorData } from './errors.ts';

/** What a person is told: what happened, what was kept, what to do. */
export interface ErrorMessage {
  readonly title: string;
  readonly kept: string;
  readonly action: string;
}

type Texts = { readonly [Code in AppErrorCode]: (data: AppErrorData[Code]) => ErrorMessage };

const nothingChanged = 'Nothing was changed.';
const resultKept = 'The result is still here; no file was written.';

const texts: Texts = {
  'image-unreadable': ({ path, reason }) => ({
    title: `“${path}” could not be opened: ${reason}.`,
    kept: nothingChanged,
    action: 'Check the file in another program, or choose another picture.',
  }),
  'image-too-large': (data) => ({
    title: `“${data.path}” is too large: ${tooLarge(data)}.`,
    kept: nothingChanged,
    action: 'Make it smaller in another program, or cut out the part to edit.',
  }),
  'image-unwritable': ({ path, reason }) => ({
    title: `“${path}” could not be written: ${reason}.`,
    kept: resultKept,
    action: 'Choose another name, folder or file type.',
  }),
  'unsupported-size': ({ extent, allowed }) => ({
    title: `A picture of ${pixels(extent)} does not fit here; ${allowed}.`,
    kept: nothingChanged,
    action: 'Choose another size.',
  }),
  'disk-full': ({ path, needed, free }) => ({
    title: `There is no room on the disk for “${path}”${room(needed, free)}.`,
    kept: 'Nothing was left half-written.',
    action: 'Free some space, or choose a folder on another disk.',
  }),
  'output-folder-missing': ({ folder }) => ({
    title: `The folder “${folder}” does not exist.`,
    kept: nothingChanged,
    action: 'Create it, or choose another folder.',
  }),
  'output-not-writable': ({ path }) => ({
    title: `“${path}” cannot be written to.`,
    kept: nothingChanged,
    action: 'Choose another place, or change its permissions.',
  }),
  'output-is-input': ({ path }) => ({
    title: `“${path}” is the picture being edited, and is never written over.`,
    kept: nothingChanged,
    action: 'Choose another name.',
  }),
  'output-collision': ({ path }) => ({
    title: `“${path}” would be written twice.`,
    kept: nothingChanged,
    action: 'Choose another name or folder.',
  }),
  'folder-unreadable': ({ folder, reason }) => ({
    title: `The folder “${folder}” could not be read: ${reason}.`,
    kept: nothingChanged,
    action: 'Choose another folder.',
  }),
  'model-missing': ({ model, installed }) => ({
    title: `The model “${model}” is not installed.`,
    kept: nothingChanged,
    action: installed.length > 0 ? `Choose one of: ${installed.join(', ')}.` : 'Install a model first.',
  }),
  'model-exists': ({ id }) => ({
    title: `A model called “${id}” is installed already.`,
    kept: 'The installed model was kept.',
    action: 'Remove it first, or give the new one another name.',
  }),
  'model-embedded': ({ id }) => ({
    title: `“${id}” comes with the program and cannot be removed.`,
    kept: nothingChanged,
    action: 'Choose another model.',
  }),
  cancelled: () => ({ title: 'Cancelled.', kept: 'What was decoded so far was kept.', action: '' }),
};

/** Sentences for an error. Codes without an entry get a general one that quotes the technical account. */
export function errorMessage(error: {
  readonly code: string;
  readonly message: string;
  readonly data: unknown;
}): ErrorMessage {
  const text = (texts as Record<string, ((data: never) => ErrorMessage) | undefined>)[error.code];
  if (text) return text(error.data as never);
  return {
    title: error.message,
    kept: nothingChanged,
    action: 'Copy the details and report them if this happens again.',
  };
}

function tooLarge(data: AppErrorData['image-too-large']): string {
  if ('bytes' in data) return `${megabytes(data.bytes)}; at most ${megabytes(data.maxBytes)} can be opened`;
  const size = `${pixels(data)} (${megapixels(data.width * data.height)})`;
  return `${size}; at most ${megapixels(data.maxPixels)} can be opened`;
}

function room(needed: number | undefined, free: number | undefined): string {
  if (needed === undefined || free === undefined) return '';
  return `: ${megabytes(needed)} are needed, ${megabytes(free)} are free`;
}

const pixels = ({ width, height }: { width: number; height: number }): string => `${width} × ${height} pixels`;
const megapixels = (count: number): string => `${Math.round(count / 1e6)} megapixels`;
const megabytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MB`;
