import type { AppErrorCode, ErrorData } from './errors.ts';

export interface ErrorMessage {
  readonly sentence: string; // what happened, with {names} of the error's data
  readonly kept?: string; // what was kept; left out where nothing was at stake
  readonly action: string; // what to do first
}

const messages: Record<AppErrorCode, ErrorMessage> = {
  'image-unreadable': {
    sentence: 'The picture {path} cannot be read: {reason}.',
    action: 'Open it in another program to see whether it is whole, or choose another file.',
  },
  'image-too-large': {
    sentence: 'The picture {path} is too large: {size}; the limit is {limit}.',
    action: 'Make a smaller copy of it, or crop it, in another program.',
  },
  'unsupported-size': {
    sentence: 'A picture of {width} × {height} pixels does not fit here: {allowed}.',
    action: 'Choose a picture of a fitting size.',
  },
  'unsupported-format': {
    sentence: 'The picture {path} cannot be used as {format}; known are {allowed}.',
    action: 'Choose one of those formats.',
  },
  'selection-empty': {
    sentence: 'Nothing is selected: {reason}.',
    action: 'Select a part of the picture.',
  },
  'recipe-invalid': {
    sentence: 'The recipe {path} cannot be used: {reason}.',
    action: 'Correct it, or export it again from a picture or a layer.',
  },
  'legend-unreadable': {
    sentence: '{path} does not say which classes a map has.',
    kept: 'Your maps are as they were.',
    action: 'Open the map without it, or save the classes anew.',
  },
  'kept-unfitting': {
    sentence: 'The {count} kept cells are not whole rows of {grid}, or leave none to decode.',
    action: 'Keep fewer rows, or choose the model they were made with.',
  },
  'name-invalid': {
    sentence: 'Names cannot be made from {template}: {reason}.',
    action: 'Write a name such as {stem} or {stem}-{seed}.',
  },
  'companion-missing': {
    sentence: 'There is no {kind} picture beside {path}.',
    action: 'Put it there, named like the photo: for photo.jpg, photo.depth.png is its depth map.',
  },
  'batch-running': {
    sentence: 'A batch is writing to {folder} already (process {pid}).',
    action: 'Wait until it is done, or choose another output folder.',
  },
  'batch-mismatch': {
    sentence: 'The unfinished batch in {folder} has another {what}.',
    kept: 'What it made is still there.',
    action: 'Give the same recipe, folder and options to resume it, or leave out --resume to begin another batch.',
  },
  'queue-unreachable': {
    sentence: 'The queue at {address} cannot be reached: {reason}.',
    action: 'Start a Redis or Valkey server there, or leave out --queue to work alone.',
  },
  'journal-damaged': {
    sentence: 'Line {line} of the journal {path} cannot be read.',
    kept: 'The pictures that were made are still there.',
    action: 'Choose another output folder, or move the journal away to begin anew.',
  },
  'output-is-input': {
    sentence: 'The output {path} is also an input and would be overwritten.',
    action: 'Choose another name for the output.',
  },
  'output-collision': {
    sentence: 'Two outputs would both be written to {path}.',
    action: 'Choose another name for one of them.',
  },
  'output-folder-missing': {
    sentence: 'The folder {folder} does not exist.',
    kept: 'Nothing was written.',
    action: 'Connect the disk it is on, create it, or choose another folder.',
  },
  'output-not-writable': {
    sentence: '{path} cannot be written {reason}.',
    kept: 'A file of that name was not touched.',
    action: 'Choose a place you may write to.',
  },
  'disk-full': {
    sentence: 'There is not enough free space to write {path}.',
    kept: 'Nothing was left half-written, and a file of that name was not touched.',
    action: 'Free some space, or choose another disk.',
  },
  'data-full': {
    sentence: 'The disk with the program’s own data is full ({folder}).',
    kept: 'What is open is here as you see it.',
    action: 'Free some space there, then do it again.',
  },
  'data-not-writable': {
    sentence: 'The folder with the program’s own data ({folder}) cannot be written {reason}.',
    kept: 'What is open is here as you see it.',
    action: 'Make it writable, or name another folder in EDITAR_DATA; then start the program anew.',
  },
  'folder-unreadable': {
    sentence: 'The folder {folder} cannot be used: {reason}.',
    action: 'Choose another folder.',
  },
  'project-unreadable': {
    sentence: 'The project {path} cannot be opened: {reason}.',
    kept: 'The file was not touched.',
    action: 'Open an older copy if you have one; other programs for OpenRaster files may still show its layers.',
  },
  'project-too-new': {
    sentence:
      'The project {path} was saved by a newer version of this program (form {version}; {known} is known here).',
    kept: 'The file was not touched.',
    action: 'Update the program, then open it again.',
  },
  'file-changed': {
    sentence:
      'The file {path} was changed by another program, or in another window, since it was opened or saved here.',
    kept: 'It was not written over.',
    action: 'Save under another name, or replace it if you are sure.',
  },
  'file-too-large': {
    sentence: 'The file has {size}; a browser can be given {limit}.',
    kept: 'Your picture is as it was, and written down.',
    action: 'Save it with the desktop program, or merge layers first.',
  },
  'tile-damaged': {
    sentence: 'A part of a stored picture is damaged: {reason}.',
    kept: 'The other parts are there.',
    action: 'Open an older copy of the project if you have one.',
  },
  'model-missing': {
    sentence: 'The model {model} is not installed; installed are: {installed}.',
    action: 'Install it, or choose one that is.',
  },
  'extractor-missing': {
    sentence: 'No installed model makes {kind} maps of pictures.',
    action: 'Add one with editar models add, or open a map you have, or paint one.',
  },
  'model-exists': {
    sentence: 'A model named {id} is installed already.',
    action: 'Remove it first, or give the new one another name.',
  },
  'model-embedded': {
    sentence: 'The model {id} belongs to the program and cannot be removed.',
    action: 'Choose a model you installed.',
  },
  'download-failed': {
    sentence: '{url} could not be fetched: {reason}.',
    kept: 'What has come so far is kept.',
    action: 'Check the connection and the address, then start it again; it goes on where it stopped.',
  },
  'download-damaged': {
    sentence: '{url} is not what was announced: {reason}.',
    kept: 'It was deleted.',
    action: 'Start again; if it happens every time, tell whoever publishes the file.',
  },
};

/** The sentence for a person and the first thing to do about it. Values the data lacks are left out. */
export function describeError(code: AppErrorCode, data: ErrorData = {}): ErrorMessage {
  const message = messages[code];
  return { ...message, sentence: fill(message.sentence, data) };
}

/** The same for a code that may be none of these, as another process tells it. */
export const describeAppError = (code: string, data: ErrorData): ErrorMessage | undefined =>
  Object.hasOwn(messages, code) ? describeError(code as AppErrorCode, data) : undefined;

function fill(template: string, data: ErrorData): string {
  const filled = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => inWords(data[name]));
  return filled.replaceAll(/ +(?= |[.,:;](?:\s|$))/g, '');
}

function inWords(value: unknown): string {
  if (value === undefined || value === null) return '';
  return Array.isArray(value) ? value.join(', ') || 'none' : String(value);
}
