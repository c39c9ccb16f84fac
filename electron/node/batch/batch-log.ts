import { appendFile } from 'node:fs/promises';
import type { BatchMessage } from '#common/contract/batch.ts';
import { whyNot } from './skip-words.ts';

/** What happened in a batch, a line each with its time, for people. It is an aid: where it cannot be written, the batch goes on. */
export class BatchLog {
  readonly #path: string;
  #last: Promise<void> = Promise.resolve();

  constructor(path: string) {
    this.#path = path;
  }

  note(text: string): void {
    const line = `${new Date().toISOString()} ${text.replaceAll(/\s*\n\s*/g, ' ')}\n`;
    this.#last = this.#last.then(() => appendFile(this.#path, line)).catch(() => undefined);
  }

  message(message: BatchMessage): void {
    const text = inWords(message);
    if (text !== undefined) this.note(text);
  }

  flushed(): Promise<void> {
    return this.#last;
  }
}

function inWords(message: BatchMessage): string | undefined {
  switch (message.type) {
    case 'planned':
      return `begins with ${message.items} pictures`;
    case 'item': {
      const { state, input, output, notices = [] } = message;
      const why = whyNot(message);
      const tail = why === undefined || state === 'done' || state === 'running' ? '' : `: ${why}`;
      return [`${state} ${input} → ${output}${tail}`, ...(state === 'done' ? notices : [])].join(' ');
    }
    case 'finished':
    case 'cancelled':
      return `${message.type}: ${message.in} in, ${message.done} done, ${message.skipped} skipped, ${message.failed} failed`;
    case 'paused':
    case 'resumed':
      return message.type;
    case 'device-lost':
      return `${message.device} is not used any more: ${message.failure.message}`;
    case 'notice':
      return message.text;
    case 'dry-run':
    case 'progress':
      return undefined;
  }
}
