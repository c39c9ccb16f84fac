import type { EngineServices, ModelInfo } from '#common/contract/services.ts';
import { defaultSettings } from '#common/contract/settings.ts';
import type { Settings } from '#common/contract/settings.ts';
import { hostError } from '#common/contract/host-errors.ts';
import type { Host } from '../host/host.ts';
import type { Problems } from './problems.svelte.ts';

const longMs = 15_000;

/** What can be said of the engine before anything is asked of it. */
export type EngineStatus = 'connecting' | 'lost' | 'no-model' | 'damaged-model' | 'ready';

/** The engine as the page sees it: whether it can be reached, and which models it has. */
export class EngineState {
  services = $state.raw<EngineServices>();
  models = $state.raw<readonly ModelInfo[]>();
  isLongGone = $state(false); // it should have come back by now
  #wasConnected = $state(false);
  #absence: ReturnType<typeof setTimeout> | undefined;

  /** What the person chose to edit with; an empty model, or one that is gone, is the first that can be used. */
  preferred = $state.raw<Pick<Settings, 'model' | 'device'>>(defaultSettings);

  /** Models that make pictures and can be used. */
  usable: readonly ModelInfo[] = $derived(this.models?.filter(({ ready, maps }) => ready && !maps) ?? []);
  model = $derived(this.usable.find(({ id }) => id === this.preferred.model) ?? this.usable[0]);
  status: EngineStatus = $derived.by(() => {
    if (!this.services) return this.#wasConnected ? 'lost' : 'connecting';
    if (!this.models) return 'connecting';
    if (this.model) return 'ready';
    return this.models.some(({ maps }) => !maps) ? 'damaged-model' : 'no-model';
  });

  constructor(host: Host, problems: Problems) {
    host.onEngine((services) => {
      this.services = services;
      this.#wasConnected ||= services !== undefined;
      this.#watchAbsence();
      if (!services) return;
      problems.forgetLost();
      void problems.follow(() => this.refresh());
    });
  }

  #watchAbsence(): void {
    clearTimeout(this.#absence);
    this.isLongGone = false;
    if (!this.services && this.#wasConnected) this.#absence = setTimeout(() => (this.isLongGone = true), longMs);
  }

  /** Asks again what is installed. */
  async refresh(): Promise<void> {
    this.models = await this.require().models.list();
  }

  /** @throws RemoteError `connection-lost` */
  require(): EngineServices {
    if (!this.services) throw hostError('connection-lost');
    return this.services;
  }
}
