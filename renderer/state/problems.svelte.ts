import { describeAppError } from '#common/contract/error-messages.ts';
import { errorToWire } from '#common/contract/errors.ts';
import type { WireError } from '#common/contract/errors.ts';
import { describeHostError } from '#common/contract/host-errors.ts';
import type { HostErrorCode } from '#common/contract/host-errors.ts';

/** Something to tell the person: an error, or a notice about something that worked. */
export interface Problem {
  readonly id: number;
  readonly tone: 'error' | 'notice';
  readonly code: string; // `done`, `notice` or `result` for a notice
  readonly title: string; // what happened
  readonly text: string; // what was kept, what to do
  readonly details?: string; // for whoever can use them; left out where the title says it all
  readonly stays: boolean; // until it is dismissed, or not true any more
  readonly about?: string; // what failed: the next try takes its place
  readonly action?: Deed; // what can be done about it
}

/** Something a person may do right where it is told. */
export interface Deed {
  readonly label: string; // a verb
  readonly run: () => void | Promise<void>;
}

/** How a failure is told. */
interface Telling {
  readonly title?: string; // what failed, for failures whose own account is long or technical
  readonly about?: string;
}

const maxShown = 3;
const resultNote = 'result';
const lost: HostErrorCode = 'connection-lost';

/** What went wrong and has not been dismissed. */
export class Problems {
  list = $state<readonly Problem[]>([]);
  #nextId = 0;

  /** The one place that turns whatever was thrown into something to show. Cancelling is nobody's problem. */
  report(thrown: unknown, { title, about }: Telling = {}): void {
    const error = errorToWire(thrown);
    if (error.code === 'cancelled') return;
    const details = isPlain(thrown) ? undefined : inDetail(error, thrown);
    const telling = { ...inWords(error, title), details, stays: true, ...(about !== undefined && { about }) };
    this.#add({ tone: 'error', code: error.code, ...telling });
  }

  /** Says first what a failure means for the person, then the failure. */
  warn(thrown: unknown, meaning: Pick<Problem, 'title' | 'text'> & { readonly about: string }): void {
    const error = errorToWire(thrown);
    const { title: sentence } = inWords(error, undefined);
    const text = `${sentence} ${meaning.text}`;
    this.#add({ ...meaning, tone: 'error', code: error.code, text, details: inDetail(error, thrown), stays: true });
  }

  /** Says that what a person asked for is done. */
  done(title: string, text = ''): void {
    this.#add({ tone: 'notice', code: 'done', title, text, stays: false });
  }

  /** Says something that worked, or half worked. @param details to be copied @param stays left out: it leaves by itself */
  notice(title: string, text = '', details?: string, stays = false): void {
    const all = { title, text, ...(details !== undefined && { details }) };
    this.#add({ tone: 'notice', code: 'notice', ...all, stays });
  }

  /** Says what was done, and offers to take it back for a while. What fails then is shown. */
  offer(title: string, { label, run }: Deed): void {
    const id = this.#nextId; // of what is added
    const action = {
      label,
      run: async () => {
        this.dismiss(id);
        await this.attempt(async () => await run());
      },
    };
    this.#add({ tone: 'notice', code: 'notice', title, text: '', stays: false, action });
  }

  /** Says what the person should know of the latest result. It stays until there is another one. */
  noteResult(text: string): void {
    this.#add({ tone: 'notice', code: resultNote, ...firstSentence(text), stays: true });
  }

  /** What was said of a result is of no use any more. */
  forgetResult(): void {
    this.list = this.list.filter(({ code }) => code !== resultNote);
  }

  /** What was said about something is not true any more. */
  forget(about: string): void {
    this.list = this.list.filter((problem) => problem.about !== about);
  }

  /** There is a connection again: nobody has to wait for it any more. */
  forgetLost(): void {
    this.list = this.list.filter(({ code }) => code !== lost);
  }

  dismiss(id: number): void {
    this.list = this.list.filter((problem) => problem.id !== id);
  }

  clear(): void {
    this.list = [];
  }

  /** Runs what a person asked for and shows its failure, so that none is lost.
   * @param about what it is a try of: what was said of the one before goes */
  async attempt(action: () => Promise<void>, about?: string): Promise<void> {
    if (about !== undefined) this.forget(about);
    try {
      await action();
    } catch (error) {
      this.report(error, about === undefined ? {} : { about });
    }
  }

  /** Runs what the page does by itself with every connection. That one was lost meanwhile is shown where the engine is, and said by nobody
   * else. */
  async follow(action: () => Promise<void>): Promise<void> {
    await this.attempt(async () => {
      await action().catch((error: unknown) => {
        if (errorToWire(error).code !== lost) throw error;
      });
    });
  }

  /** The same is shown once, however often it comes; what can be taken back is not the same. */
  #add(added: Omit<Problem, 'id'>): void {
    const isNews = ({ title, text }: Problem): boolean => title !== added.title || text !== added.text;
    const others = added.action ? this.list : this.list.filter(isNews);
    this.list = [...others, { id: this.#nextId++, ...added }].slice(-maxShown);
  }
}

function inWords({ code, message, data }: WireError, title: string | undefined): Pick<Problem, 'title' | 'text'> {
  const known = describeHostError(code) ?? describeAppError(code, data);
  if (!known) return title === undefined ? firstSentence(message) : { title, text: message };
  return { title: known.sentence, text: [known.kept, known.action].filter(Boolean).join(' ') };
}

/** What happened stands before the rest. */
function firstSentence(words: string): Pick<Problem, 'title' | 'text'> {
  const [title = '', ...rest] = words.split(/(?<=[.!?]) (?=\p{Lu})/u);
  return { title, text: rest.join(' ') };
}

/** Our own sentence for the person, with nothing behind it. */
const isPlain = (thrown: unknown): boolean => thrown instanceof Error && thrown.constructor === Error;

function inDetail({ code, message, data }: WireError, thrown: unknown): string {
  const values = Object.keys(data).length > 0 ? [JSON.stringify(data)] : [];
  const stack = code === 'internal' && thrown instanceof Error && thrown.stack ? [thrown.stack] : [];
  return [`${code}: ${message}`, ...values, ...stack, navigator.userAgent].join('\n');
}
