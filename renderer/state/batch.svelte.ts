import type { ItemReport } from '#common/contract/batch.ts';
import type {
  BatchPlan,
  BatchView,
  DeskMessage,
  Folder,
  FoundBatch,
  ItemFile,
  PictureSide,
  Revealed,
} from '#common/contract/batch-service.ts';
import type { DeviceName } from '#common/contract/edit-request.ts';
import { RemoteError } from '#common/contract/errors.ts';
import { parseRecipe } from '#common/contract/recipe.ts';
import type { EngineServices } from '#common/contract/services.ts';
import { t } from '../i18n/i18n.svelte.ts';
import { BatchForm } from './batch-form.svelte.ts';
import { countByFilter, shownItems } from './batch-rows.ts';
import type { BatchFilter, BatchSort } from './batch-rows.ts';
import type { EngineState } from './engine.svelte.ts';
import type { ItemAction } from './item-keys.ts';
import { actionable, actOn, dropTarget, moveTarget } from './item-actions.ts';
import { choose, chooseAll, nothingChosen } from './item-selection.ts';
import type { Choosing } from './item-selection.ts';
import { parsedJson } from './recipe-files.ts';
import type { Problems } from './problems.svelte.ts';
import type { SettingsState } from './settings.svelte.ts';

type Facts = Omit<BatchView, 'items' | 'waiting'>;

/** Where results go unless the person says otherwise: a folder in that of the pictures. */
const outputName = 'edited';
const flushMs = 50;

/** A stand-in while nothing was typed, so that names and collisions can be seen already. */
const someWords = '…';

/** The batch of the engine, or the plan for the next one. */
export class BatchState {
  readonly form: BatchForm;
  /** Undefined while there is none: then the plan is shown. */
  batch = $state.raw<Facts>();
  plan = $state.raw<BatchPlan>();
  planProblem = $state.raw<RemoteError>();
  found = $state.raw<FoundBatch | null>(null);
  isStarting = $state(false);
  devices = $state.raw<readonly DeviceName[]>([]); // of the engine's machine
  filter = $state<BatchFilter>('all');
  sort = $state.raw<BatchSort>({ by: 'order', isDown: false });
  shows = $state<'table' | 'sheet'>('table');
  #selection = $state.raw(nothingChosen);
  #variant = $state<number>(); // of the active item, that is looked at
  #items = $state.raw<readonly ItemReport[]>([]); // of the batch
  #waiting = $state.raw<readonly number[]>([]);

  readonly #engine: EngineState;
  readonly #problems: Problems;
  readonly #settings: Pick<SettingsState, 'current'>;
  #heard: DeskMessage[] = []; // not shown yet
  #timer: ReturnType<typeof setTimeout> | undefined;
  #planning: AbortController | undefined;

  constructor(engine: EngineState, problems: Problems, settings: Pick<SettingsState, 'current'>) {
    this.#engine = engine;
    this.#settings = settings;
    this.#problems = problems;
    this.form = new BatchForm(engine);
  }

  /** Names what is shown, so that its pictures can be asked for. */
  id = $derived(this.batch?.id ?? this.plan?.id);
  items = $derived(this.batch ? this.#items : (this.plan?.items ?? []));
  counts = $derived(countByFilter(this.items));
  isUnderWay = $derived(this.batch?.status === 'running' || this.batch?.status === 'paused');
  /** Place of waiting items, 1 being next. */
  places = $derived(new Map(this.#waiting.map((index, place) => [index, place + 1])));
  shown = $derived(shownItems(this.items, this.filter, this.sort, this.places));
  activeIndex = $derived(this.#selection.active);
  /** The one that is shown in full. */
  active = $derived(this.items.find(({ index }) => index === this.activeIndex));
  /** What an action is for: chosen items as far as they are shown. */
  chosen = $derived(this.shown.filter(({ index }) => this.#selection.chosen.has(index)));
  actionable = $derived(actionable(this.batch ? this.chosen : [], this.places));
  /** The variant of the active item that is looked at: the picked one unless the person goes to another. */
  variant = $derived(this.#variant ?? this.active?.picked ?? 0);

  /** Hears a connection until it is lost. @returns ends it */
  listen(services: EngineServices): () => void {
    const stop = services.batch.onMessage((message) => this.#hear(message));
    void this.#problems.attempt(async () => {
      this.#show(await services.batch.current());
      await this.#forgetLostFolders(services);
      this.devices = await services.batch.devices();
    });
    return () => {
      stop();
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#heard = [];
    };
  }

  async chooseInput(folder: Folder): Promise<void> {
    const { folders } = this.#engine.require();
    this.form.input = folder;
    this.form.output = await folders.inside(folder.handle, outputName);
    await this.#look();
  }

  async chooseOutput(folder: Folder): Promise<void> {
    this.form.output = folder;
    await this.#look();
  }

  /** Plans anew what is set now. What is wrong with it is kept to be shown beside it. */
  async refreshPlan(): Promise<void> {
    this.#planning?.abort();
    const planning = new AbortController();
    this.#planning = planning;
    const { input, output } = this.form;
    if (!input || !output || !this.#engine.services) return;
    try {
      const plan = await this.#engine.services.batch.preview(this.#order(someWords), planning.signal);
      if (this.#planning !== planning) return;
      this.plan = plan;
      this.planProblem = undefined;
    } catch (error) {
      if (this.#planning !== planning || !(error instanceof RemoteError)) return;
      this.planProblem = error;
    }
  }

  /** @param resume go on with the batch that was found */
  async start(resume = false): Promise<void> {
    if (this.isStarting) return;
    if (resume && this.found) {
      this.form.take(this.found.recipe);
      this.form.options = this.found.options;
    }
    this.isStarting = true;
    try {
      await this.#engine.require().batch.start({ ...this.#order(), resume });
      this.found = null;
    } finally {
      this.isStarting = false;
    }
  }

  /** Goes on with the batch that was stopped. */
  async goOn(): Promise<void> {
    const { batch } = this;
    if (!batch) return;
    const { input, output, recipe, options } = batch;
    await this.#engine.require().batch.start({
      input: input.handle,
      output: output.handle,
      recipe,
      options,
      devices: this.#chosenDevices(),
      resume: true,
    });
  }

  /** Takes over the recipe of a file. @throws AppError `recipe-invalid` */
  takeFile(name: string, text: string): void {
    this.form.take(parseRecipe(parsedJson(text), name));
  }

  pause = (): Promise<undefined> => this.#engine.require().batch.pause();
  resume = (): Promise<undefined> => this.#engine.require().batch.resume();
  cancel = (): Promise<undefined> => this.#engine.require().batch.cancel();

  /** Forgets a batch that is over, to set the next one. */
  async close(): Promise<void> {
    await this.#engine.require().batch.close();
    await this.#look();
  }

  async again(indexes: readonly number[], seed: number | null): Promise<void> {
    await this.#engine.require().batch.again([...indexes], seed);
  }

  /** Moves the chosen items that wait. */
  async move(to: 'first' | 'last'): Promise<void> {
    const moved = this.actionable.waiting.map(({ index }) => index);
    await this.#moveBefore(moved, moveTarget(this.#waiting, moved, to));
  }

  /** Moves the chosen items that wait to where they were dropped. */
  async drop(over: number, isBelow: boolean): Promise<void> {
    const moved = this.actionable.waiting.map(({ index }) => index);
    await this.#moveBefore(moved, dropTarget(this.#waiting, moved, { over, isBelow }));
  }

  /** @param next null: last */
  async #moveBefore(moved: readonly number[], next: number | null): Promise<void> {
    if (moved.length > 0) await this.#engine.require().batch.moveBefore([...moved], next);
  }

  /** Chooses items. @param variant of the item, where it is one of several that was asked for */
  choose(index: number, how: Choosing = 'only', variant?: number): void {
    const shown = this.shown.map((item) => item.index);
    this.#selection = choose(this.#selection, index, how, shown);
    this.#variant = variant;
  }

  chooseAll(): void {
    this.#selection = chooseAll(
      this.#selection,
      this.shown.map(({ index }) => index),
    );
  }

  isChosen(index: number): boolean {
    return this.#selection.chosen.has(index);
  }

  /** What a person does with the chosen items, as far as it can be done with them. */
  async act(action: ItemAction): Promise<void> {
    const isOneOfSeveral = this.chosen.length === 1 && (this.active?.outputs?.length ?? 0) > 1;
    const variant = isOneOfSeveral ? this.variant : null;
    await actOn(this.actionable, action, this.#engine.require().batch, { variant, order: this.#waiting });
  }

  /** Shows a file of an item in the system's file manager; in a browser, where it lies. @param index null: the report */
  async reveal(index: number | null, side: PictureSide = 'after'): Promise<Revealed> {
    return await this.#engine.require().batch.reveal(index === null ? null : this.fileOf(index, side));
  }

  /** A picture of an item as the engine is asked for it. @throws Error where there is neither batch nor plan */
  fileOf(index: number, side: PictureSide): ItemFile {
    if (!this.id) throw new Error('there is no batch');
    const variant = side === 'after' && index === this.activeIndex ? this.variant : 0;
    return { batch: this.id, index, side, variant };
  }

  sortBy(by: BatchSort['by']): void {
    this.sort = { by, isDown: this.sort.by === by && !this.sort.isDown };
  }

  #order(standIn?: string) {
    const { input, output, options, recipe } = this.form;
    if (!input || !output) throw new Error('a folder is missing');
    const isEmpty = 'instruction' in recipe && recipe.task === 'edit' && recipe.instruction.trim() === '';
    const words = isEmpty && standIn !== undefined ? { ...recipe, instruction: standIn } : recipe;
    return { input: input.handle, output: output.handle, recipe: words, options, devices: this.#chosenDevices() };
  }

  /** A card that was taken out since is asked for no more. */
  #chosenDevices(): DeviceName[] {
    return this.#settings.current.batchDevices.filter((device) => this.devices.includes(device));
  }

  /** Looks for a batch that was begun in the output folder. */
  /** An engine that was started anew, after a crash in the middle of a batch, knows no folder that was chosen before. */
  async #forgetLostFolders({ folders }: Pick<EngineServices, 'folders'>): Promise<void> {
    const { input } = this.form;
    if (!input || this.batch) return;
    const failure: unknown = await folders.list(input.handle).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (!(failure instanceof RemoteError) || failure.code !== 'invalid-call') return;
    Object.assign(this.form, { input: undefined, output: undefined });
    [this.plan, this.planProblem, this.found, this.#planning] = [undefined, undefined, null, undefined];
    this.#problems.notice(t('batch.foldersLost'), t('batch.foldersLostText', { name: input.name }));
  }

  async #look(): Promise<void> {
    const { input, output } = this.form;
    if (!input || !output) return;
    this.found = null;
    this.found = await this.#engine.require().batch.find(input.handle, output.handle);
  }

  /** What comes quickly is shown together. */
  #hear(message: DeskMessage): void {
    this.#heard.push(message);
    this.#timer ??= setTimeout(() => this.#flush(), flushMs);
  }

  #flush(): void {
    this.#timer = undefined;
    const changed = new Map<number, ItemReport>();
    for (const message of this.#heard.splice(0)) {
      if (message.type === 'opened') changed.clear();
      if (message.type === 'item') changed.set(message.index, message);
      else this.#note(message);
    }
    if (changed.size === 0) return;
    this.#items = this.#items.map((item) => changed.get(item.index) ?? item);
    this.#waiting = this.#waiting.filter((index) => (changed.get(index)?.state ?? 'waiting') === 'waiting');
  }

  #note(message: Exclude<DeskMessage, { type: 'item' }>): void {
    switch (message.type) {
      case 'opened':
        return this.#show(message.batch);
      case 'closed':
        return this.#show(null);
      case 'order':
        this.#waiting = message.waiting;
        return;
      case 'progress':
        return this.#change({ progress: message });
      case 'planned':
        return this.#change({ status: 'running', finished: null, failure: null, lost: [] });
      case 'paused':
        return this.#change({ status: 'paused' });
      case 'resumed':
        return this.#change({ status: 'running' });
      case 'finished':
        return this.#change({ status: 'finished', finished: message });
      case 'cancelled':
        return this.#change({ status: 'cancelled' });
      case 'failed':
        return this.#change({ status: 'failed', failure: message });
      case 'device-lost':
        return this.#change({ lost: [...(this.batch?.lost ?? []), message] });
      case 'notice':
        return this.#problems.notice(message.text);
      case 'dry-run':
    }
  }

  #change(changes: Partial<Facts>): void {
    if (this.batch) this.batch = { ...this.batch, ...changes };
  }

  #show(view: BatchView | null): void {
    if (!view) {
      this.batch = undefined;
      return;
    }
    const { items, waiting, ...facts } = view;
    this.batch = facts;
    this.#items = items;
    this.#waiting = waiting;
    Object.assign(this.form, { input: facts.input, output: facts.output, options: facts.options });
    this.form.take(facts.recipe);
  }
}
