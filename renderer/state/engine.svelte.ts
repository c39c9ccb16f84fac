import type { EngineServices, ModelInfo } from '#common/contract/services.ts';
import { defaultSettings } from '#common/contract/settings.ts';
import type { Settings } from '#common/contract/settings.ts';
import { hostError } from '#common/contract/host-errors.ts';
import type { Host } from '../host/host.ts';
import type { Problems } from './problems.svelte.ts';

/** What can be said of the engine before anything is asked of it. */
export type EngineStatus = 'connecting' | 'lost' | 'no-model' | 'damaged-model' | 'ready';

/** The engine as the page sees it: whether it can be reached, and which models it has. */
export class EngineState {
  services = $state.raw<EngineServices>();
  models = $state.raw<readonly ModelInfo[]>();
  #wasConnected = $state(false);

  /** What the person chose to edit with; an empty model, or one that is gone, is the first that can be used. */
  preferred = $state.raw<Pick<Settings, 'model' | 'device'>>(defaultSettings);

  model = $derived.by(() => {
    const usable = this.models?.filter(({ ready, maps }) => ready && !maps) ?? [];
    return usable.find(({ id }) => id === this.preferred.model) ?? usable[0];
  });
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
      if (services) void problems.attempt(() => this.refresh());
    });
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
