import type { RecentFile, RecentId } from '#common/contract/documents.ts';
import type { EngineState } from './engine.svelte.ts';
import type { Problems } from './problems.svelte.ts';

/** What was opened or saved last, the latest first. */
export class RecentState {
  list = $state.raw<readonly RecentFile[]>([]);
  readonly #engine: EngineState;
  readonly #problems: Problems;

  constructor(engine: EngineState, problems: Problems) {
    this.#engine = engine;
    this.#problems = problems;
  }

  /** Asks for it, whenever the engine can be reached. Meant for an effect. */
  load(): void {
    const services = this.#engine.services;
    if (services) void this.#problems.follow(async () => void (this.list = await services.documents.recent()));
  }

  /** Takes one, or all, from the list; the files stay. */
  async forget(id: RecentId | null): Promise<void> {
    const { documents } = this.#engine.require();
    await documents.forgetRecent(id);
    this.list = await documents.recent();
  }
}
