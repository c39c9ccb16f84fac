import { RemoteError } from './errors.ts';
import type { ErrorData } from './errors.ts';
import type { ErrorMessage } from './error-messages.ts';

/** What can fail between the page and the engine, besides the edit itself. */
export const hostErrorCodes = [
  'connection-lost', // {}
  'engine-stopped', // {}
  'invalid-call', // {member, reason}
  'blob-missing', // {id}
  'blob-damaged', // {id}
  'document-gone', // {document}
  'document-in-use', // {document}
  'journal-broken', // {}
  'files-stopped', // {}
] as const;
export type HostErrorCode = (typeof hostErrorCodes)[number];

const messages: Record<HostErrorCode, ErrorMessage> = {
  'connection-lost': {
    sentence: 'The connection to the engine was lost.',
    kept: 'What is open is still here.',
    action: 'Wait until it is back, then do it again.',
  },
  'engine-stopped': {
    sentence: 'The engine stopped unexpectedly in the middle of an edit.',
    kept: 'Your picture was not touched, and edits that wait go on by themselves.',
    action: 'It is started again; then run the edit again. If it happens every time, choose another device.',
  },
  'invalid-call': {
    sentence: 'The program asked its engine for something it does not know.',
    action: 'Reload the window; after an update, start the program again.',
  },
  'blob-missing': {
    sentence: 'A picture this edit needs is no longer there.',
    action: 'Open the picture again.',
  },
  'blob-damaged': {
    sentence: 'A stored picture was changed on the disk and is not used.',
    action: 'Open the picture again.',
  },
  'document-gone': {
    sentence: 'The document is not open any more.',
    action: 'Open it again.',
  },
  'document-in-use': {
    sentence: 'The document is open in another window.',
    kept: 'It is as it was.',
    action: 'Go on there, or close it there first.',
  },
  'journal-broken': {
    sentence: 'A change could not be written down.',
    kept: 'Your picture is here as you see it.',
    action: 'Save it now.',
  },
  'files-stopped': {
    sentence: 'Reading or writing a file stopped unexpectedly.',
    kept: 'Your picture is here as you see it, and a file that was being written is as it was.',
    action: 'Try again; if it happens every time, close other programs, as memory may be short.',
  },
};

const isHostCode = (code: string): code is HostErrorCode => (hostErrorCodes as readonly string[]).includes(code);

/** An expected failure of the way between page and engine. */
export const hostError = (code: HostErrorCode, data: ErrorData = {}): RemoteError =>
  new RemoteError({ code, message: `${code} ${JSON.stringify(data)}`, data });

/** The sentence for one of these failures; undefined for any other code. */
export const describeHostError = (code: string): ErrorMessage | undefined =>
  isHostCode(code) ? messages[code] : undefined;
