import { SvelteMap } from 'svelte/reactivity';
import type { OfferedPack, PackSource } from '#common/contract/model-service.ts';
import type { ModelInfo } from '#common/contract/services.ts';
import { t } from '../i18n/i18n.svelte.ts';
import type { EngineState } from './engine.svelte.ts';
import type { Problems } from './problems.svelte.ts';

/** What failures are about that concern models. */
export const modelMatter = 'models';

/** What the person is about to install. */
interface Offer {
  readonly source: PackSource;
  readonly pack: OfferedPack;
}

/** What a person does about installed models. Each action shows its own failure. */
export class ModelsState {
  offer = $state.raw<Offer>();
  isLooking = $state(false);
  /** How much of what is being installed is on the disk, 0 to 1; null while nobody knows. */
  adding = $state.raw<{ readonly title: string; readonly share: number | null }>();
  /** Whose files are compared with their hashes, or were and are right. */
  readonly checked = new SvelteMap<string, 'checking' | 'right'>();
  /** Tokens a second of the last edit with a model in this session. */
  readonly speeds = new SvelteMap<string, number>();
  readonly #engine: EngineState;
  readonly #problems: Problems;
  #abort = new AbortController();

  constructor(engine: EngineState, problems: Problems) {
    [this.#engine, this.#problems] = [engine, problems];
  }

  /** An edit has ended. @param msPerToken 0 where no token was decoded */
  measured(model: string, msPerToken: number): void {
    if (msPerToken > 0) this.speeds.set(model, 1000 / msPerToken);
  }

  /** Asks what a pack is and what installing it takes. */
  async look(source: PackSource): Promise<void> {
    this.offer = undefined;
    this.isLooking = true;
    await this.#problems.attempt(async () => {
      this.offer = { source, pack: await this.#engine.require().models.look(source) };
    }, modelMatter);
    this.isLooking = false;
  }

  forgetOffer(): void {
    this.offer = undefined;
  }

  /** Installs what is offered. @param hasAccepted its licence */
  async add(hasAccepted: boolean): Promise<void> {
    const { offer } = this;
    if (!offer || this.adding) return;
    const { title } = offer.pack;
    this.adding = { title, share: null };
    this.#abort = new AbortController();
    await this.#problems.attempt(async () => {
      const { models } = this.#engine.require();
      const end = models.onAdding(({ done, of }) => (this.adding = { title, share: of > 0 ? done / of : null }));
      await models.add(offer.source, hasAccepted, this.#abort.signal).finally(end);
      this.offer = undefined;
      await this.#engine.refresh();
      this.#problems.notice(t('models.installed', { title }));
    }, modelMatter);
    this.adding = undefined;
    if (this.offer) await this.#lookAgain(this.offer);
  }

  /** How much is yet to come after an installation that ended early. */
  async #lookAgain({ source }: Offer): Promise<void> {
    const look = async (): Promise<OfferedPack> => await this.#engine.require().models.look(source);
    await look().then(
      (pack) => (this.offer = { source, pack }),
      () => undefined, // what ended it was said
    );
  }

  /** Ends the installation. What was fetched is kept, and gone on from when it is started again. */
  stop(): void {
    this.#abort.abort(new Error(t('models.stopped')));
  }

  async verify({ id }: ModelInfo): Promise<void> {
    this.checked.set(id, 'checking');
    await this.#problems.attempt(async () => {
      await this.#engine.require().models.verify(id);
      this.checked.set(id, 'right');
    }, modelMatter);
    if (this.checked.get(id) === 'checking') this.checked.delete(id);
  }

  async remove({ id, title }: ModelInfo): Promise<void> {
    await this.#problems.attempt(async () => {
      await this.#engine.require().models.remove(id);
      await this.#engine.refresh();
      this.#problems.notice(t('models.removed', { title }));
    }, modelMatter);
  }
}
