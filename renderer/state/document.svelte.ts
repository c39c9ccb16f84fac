import type {
  DocumentId,
  ExportChoice,
  FileSource,
  Making,
  OpenedDocument,
  Recoverable,
  SaveTarget,
  Written,
} from '#common/contract/documents.ts';
import { RemoteError } from '#common/contract/errors.ts';
import type { EngineServices } from '#common/contract/services.ts';
import type { RecordsDiff } from '#common/document/diff.ts';
import { History } from '#common/document/history.ts';
import type { Mark, Steps } from '#common/document/history.ts';
import { patchOf } from '#common/document/patch.ts';
import type { DocumentPatch } from '#common/document/patch.ts';
import { projectId } from '#common/document/records.ts';
import type { DocumentRecord, Layer, Project, SavedSelection, Version } from '#common/document/records.ts';
import { DocumentStore } from '#common/document/store.ts';
import type { Change } from '#common/document/store.ts';
import { nameWith } from '#common/file-names.ts';
import type { Dialogs } from '../host/host.ts';
import { t } from '../i18n/i18n.svelte.ts';
import type { EngineState } from './engine.svelte.ts';
import type { Problems } from './problems.svelte.ts';
import type { Answer } from './questions.svelte.ts';

/** What belongs to one open document, from opening to closing. */
interface Session {
  id: DocumentId;
  readonly store: DocumentStore;
  readonly history: History<DocumentRecord>;
}

/** Asks the person whether a file may be replaced. @param code why it is asked: `output-is-input` or `file-changed`
 * @returns `other`: they choose another place */
export type AskToReplace = (code: string, name: string) => Promise<Answer>;

type Listener = (change: Change<DocumentRecord>) => void;

/** The open document: its records for components, its gestures, and its journal. Whoever changes it does so through `act`, or between
 * `mark` and the end of a gesture; what changed is written down by the engine at once. */
export class DocumentState {
  /** Records by place; replaced with every change. */
  project = $state.raw<Project>();
  name = $state(''); // of the file it came from or was last saved to
  layers = $state.raw<readonly Layer[]>([]); // from the bottom up
  versions = $state.raw<readonly Version[]>([]);
  selections = $state.raw<readonly SavedSelection[]>([]); // by name

  isDirty = $state(false); // something is in no file
  hasFile = $state(false); // saving needs no dialog
  isWriting = $state(false); // a file, right now
  isWrittenDown = $state(true); // all of it would survive a crash
  undoName = $state<string>();
  redoName = $state<string>();
  steps = $state.raw<Steps>(noSteps); // that can be undone and done again
  making = $state.raw<Making | null>(null); // what the opened picture tells of how it was made
  recoverable = $state.raw<readonly Recoverable[]>([]); // what a crash left

  /** Called when there is no document any more, or another one is about to come. */
  onClosed: () => void = () => undefined;

  readonly #engine: EngineState;
  readonly #problems: Problems;
  readonly #listeners = new Set<Listener>();
  #session = $state.raw<Session>();
  #writing: Promise<void> = Promise.resolve();
  #mustAttach = false;
  #nextTry: ReturnType<typeof setTimeout> | undefined;
  #changes = 0; // since the page was loaded
  #gestures = 0; // of them, those of the person

  constructor(engine: EngineState, problems: Problems) {
    this.#engine = engine;
    this.#problems = problems;
  }

  /** The records. @throws Error when nothing is open */
  get store(): DocumentStore {
    if (!this.#session) throw new Error('no document is open');
    return this.#session.store;
  }

  /** How often the person changed something since the page was loaded. */
  get gestures(): number {
    return this.#gestures;
  }

  get isOpen(): boolean {
    return this.#session !== undefined;
  }

  /** Hears every change of whichever document is open, for what is drawn from it. @returns ends it */
  onChange(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** To be called whenever there is another connection to the engine: asks what a crash left, and goes on writing down. */
  async connected(services: EngineServices): Promise<void> {
    if (this.#session) {
      this.#mustAttach = true;
      await this.#writeDown(undefined);
    } else this.recoverable = await services.documents.recoverable();
  }

  /** Opens a picture in the place of what is open, which is closed. @param isWanted asked when it has been read, which takes a while
   * @returns sentences for the person; undefined where it was not wanted any more */
  async open(source: FileSource, isWanted = () => Promise.resolve(true)): Promise<readonly string[] | undefined> {
    const opened = await this.#services.open(source);
    if (await isWanted()) return await this.#begin(opened);
    await this.#services.close(opened.document);
    return undefined;
  }

  /** Opens a document that was made here and is in no file, in the place of what is open, which is closed. */
  async create(name: string, records: DocumentRecord[]): Promise<void> {
    const document = await this.#services.attach(crypto.randomUUID() as DocumentId, records);
    await this.#begin({ document, name, records, hasFile: false, hasUnsaved: true, notices: [], making: null });
  }

  /** Opens what a crash left. @returns sentences for the person */
  async recover(document: DocumentId): Promise<readonly string[]> {
    const opened = await this.#services.recover(document);
    this.recoverable = this.recoverable.filter((one) => one.document !== document);
    return await this.#begin(opened);
  }

  /** Forgets what a crash left. */
  async discard(document: DocumentId): Promise<void> {
    await this.#services.discard(document);
    this.recoverable = this.recoverable.filter((one) => one.document !== document);
  }

  /** Saves the project to its own file, or where the person chooses. @param asNew always ask where
   * @returns its name; undefined when the person chose nothing or kept what is there */
  async save(dialogs: Dialogs, ask: AskToReplace, { asNew = false } = {}): Promise<string | undefined> {
    const { id, store } = this.#require();
    const target = this.hasFile && !asNew ? ownFile : await chooseTarget(dialogs, projectName(this.name));
    const changes = this.#changes;
    const write = (to: SaveTarget) => this.#services.save(id, store.all(), to);
    const written = target && (await this.#write(target, write, dialogs, ask, projectName(this.name)));
    if (!written) return undefined;
    if (this.#changes === changes) this.isDirty = false;
    if (written.blob === null) this.hasFile = true;
    this.name = written.name;
    return written.name;
  }

  /** Writes what is seen as a picture, where the person chooses.
   * @returns undefined when they chose nothing or kept what is there */
  async export(options: ExportChoice, dialogs: Dialogs, ask: AskToReplace): Promise<Written | undefined> {
    const { id, store } = this.#require();
    const name = exportName(this.name, options.format);
    const target = await chooseTarget(dialogs, name);
    const write = (to: SaveTarget) => this.#services.export(id, store.all(), options, to);
    return target && (await this.#write(target, write, dialogs, ask, name));
  }

  /** Closes the document; what is in no file is gone. */
  async close(): Promise<void> {
    const session = this.#session;
    if (!session) return;
    session.history[Symbol.dispose]();
    this.#session = undefined;
    [this.project, this.name, this.isDirty] = [undefined, '', false];
    [this.layers, this.versions, this.selections] = [[], [], []];
    this.#problems.forget(journal);
    clearTimeout(this.#nextTry);
    this.#nextTry = undefined;
    this.onClosed();
    await this.#writing;
    await this.#services.close(session.id);
  }

  /** One gesture of the person. When it throws, nothing has changed. @param name as menus show it */
  act<T>(name: string, change: (store: DocumentStore) => T): T {
    this.mark(name);
    const result = this.store.transact('user', () => change(this.store));
    this.#noteHistory();
    return result;
  }

  /** What a finished job changes; no gesture of the person. */
  note<T>(change: (store: DocumentStore) => T): T {
    return this.store.transact('program', () => change(this.store));
  }

  /** Begins a gesture of several changes, as a drag is. */
  mark(name: string): Mark {
    return this.#require().history.mark(name);
  }

  /** Takes back a gesture that was not brought to an end. */
  bail(mark: Mark): void {
    this.#require().history.bailToMark(mark);
    this.#noteHistory();
  }

  /** Ends a gesture: all since the mark is undone at once. */
  squash(mark: Mark): void {
    this.#require().history.squashToMark(mark);
    this.#noteHistory();
  }

  undo(): void {
    this.#session?.history.undo();
    this.#noteHistory();
  }

  redo(): void {
    this.#session?.history.redo();
    this.#noteHistory();
  }

  /** Undoes or does again until so many steps are done. */
  goToStep(count: number): void {
    this.#session?.history.goTo(count);
    this.#noteHistory();
  }

  /** Resolves when all that changed so far is written down, or could not be: see `isWrittenDown`. */
  written(): Promise<void> {
    return this.#writing;
  }

  /** Hands on what comes as a blob. @param name what another place is asked for with */
  async #write(
    target: SaveTarget,
    write: (to: SaveTarget) => Promise<Written>,
    dialogs: Dialogs,
    ask: AskToReplace,
    name: string,
  ): Promise<Written | undefined> {
    this.isWriting = true;
    try {
      const elsewhere = () => chooseTarget(dialogs, name);
      const written = await writeAsked(target, write, ask, elsewhere);
      if (!written?.blob) return written;
      const bytes = await this.#engine.require().blobs.get(written.blob);
      return (await dialogs.savePicture({ name: written.name, bytes })) ? written : undefined;
    } finally {
      this.isWriting = false;
    }
  }

  async #begin({
    document,
    name,
    records,
    hasFile,
    hasUnsaved,
    notices,
    making,
  }: OpenedDocument): Promise<readonly string[]> {
    await this.close().catch((error: unknown) => this.#problems.report(error)); // what was opened is here all the same
    const store = new DocumentStore(records);
    this.#session = { id: document, store, history: new History(store) };
    this.#mustAttach = false;
    [this.making, this.name] = [making, name];
    [this.isDirty, this.isWrittenDown, this.hasFile] = [hasUnsaved, true, hasFile];
    store.onChange((change) => this.#changed(change));
    this.#refresh();
    this.#noteHistory();
    return notices;
  }

  #changed(change: Change<DocumentRecord>): void {
    this.isDirty = true;
    this.#changes++;
    if (change.source !== 'program') this.#gestures++;
    this.#refresh();
    void this.#writeDown(change.diff);
    for (const listener of [...this.#listeners]) listener(change);
  }

  #refresh(): void {
    const { store } = this.#require();
    const project = store.require(projectId);
    this.project = project;
    this.layers = project.layerOrder.map((id) => store.require(id));
    this.versions = store.all().filter((record) => record.type === 'version');
    this.selections = store
      .all()
      .filter((record) => record.type === 'selection')
      .toSorted((one, other) => one.name.localeCompare(other.name, undefined, { numeric: true }));
  }

  #noteHistory(): void {
    this.undoName = this.#session?.history.undoName;
    this.redoName = this.#session?.history.redoName;
    this.steps = this.#session?.history.steps ?? noSteps;
  }

  /** One after the other, so that the journal has them in order. When one cannot be written, the next writes the whole document. */
  #writeDown(diff: RecordsDiff<DocumentRecord> | undefined): Promise<void> {
    const session = this.#require();
    const patch = diff && patchOf(diff);
    this.#writing = this.#writing.then(() => (this.#session === session ? this.#writeNow(session, patch) : undefined));
    return this.#writing;
  }

  async #writeNow(session: Session, patch: DocumentPatch | undefined): Promise<void> {
    try {
      if (this.#mustAttach) session.id = await this.#services.attach(session.id, session.store.all());
      else if (patch) await this.#services.append(session.id, patch);
      [this.#mustAttach, this.isWrittenDown] = [false, true];
      this.#problems.forget(journal);
    } catch (error) {
      this.#mustAttach = true;
      if (this.isWrittenDown && this.#engine.services) this.#warn(error);
      this.isWrittenDown = false;
      this.#nextTry ??= setTimeout(() => this.#tryAgain(), retryMs);
    }
  }

  #warn(error: unknown): void {
    const meaning = { title: t('files.notWrittenDown'), text: t('files.notWrittenDownMore') };
    this.#problems.warn(error, { ...meaning, about: journal });
  }

  /** A lost engine is another matter: with the next one all is written down at once. */
  #tryAgain(): void {
    this.#nextTry = undefined;
    if (this.#session && !this.isWrittenDown && this.#engine.services) void this.#writeDown(undefined);
  }

  #require(): Session {
    if (!this.#session) throw new Error('no document is open');
    return this.#session;
  }

  get #services(): EngineServices['documents'] {
    return this.#engine.require().documents;
  }
}

const noSteps: Steps = { done: [], undone: [] };

const journal = 'journal'; // what a problem of it is about
const retryMs = 5000; // room may have been made meanwhile

const ownFile = { own: true, mayReplace: false } as const;
const mayBeReplaced = ['output-is-input', 'file-changed'];

const stemOf = (name: string): string => name.replace(/\.[^.]*$/, '');
const projectName = (name: string): string => nameWith(stemOf(name), '.ora');

/** `photo.jpg` and `photo edited.ora` become `photo edited.png`: a name that is none of what was opened. */
export function exportName(name: string, format: ExportChoice['format']): string {
  return nameWith(stemOf(name).replace(/ edited$/, ''), ` edited.${format === 'jpeg' ? 'jpg' : format}`);
}

async function chooseTarget(dialogs: Dialogs, name: string): Promise<SaveTarget | undefined> {
  const chosen = await dialogs.chooseTarget(name);
  if (!chosen) return undefined;
  return 'handle' in chosen ? { handle: chosen.handle, mayReplace: false } : { name: chosen.name };
}

/** Asks before something is replaced. @param elsewhere where to write instead */
async function writeAsked(
  target: SaveTarget,
  write: (to: SaveTarget) => Promise<Written>,
  ask: AskToReplace,
  elsewhere: () => Promise<SaveTarget | undefined>,
): Promise<Written | undefined> {
  return await write(target).catch(async (error: unknown) => {
    const question = error instanceof RemoteError && mayBeReplaced.includes(error.code) ? error : undefined;
    if (!question || 'name' in target) throw error;
    const name = typeof question.data.path === 'string' ? question.data.path : '';
    const answer = await ask(question.code, name);
    if (answer === 'yes') return await write({ ...target, mayReplace: true });
    const other = answer === 'other' ? await elsewhere() : undefined;
    return other && (await writeAsked(other, write, ask, elsewhere));
  });
}
