import { engineContract } from '#common/contract/services.ts';
import type { EngineServices } from '#common/contract/services.ts';
import { createClient } from '#common/rpc/client.ts';
import type { Event } from '#common/rpc/contract.ts';
import type { MessagePortLike } from '#common/rpc/port.ts';

/** The engine as it comes and goes: one port after another. */
export class EngineLink {
  readonly #listeners = new Set<(services: EngineServices | undefined) => void>();
  #port: MessagePortLike | undefined;
  #services: EngineServices | undefined;

  /** Tells what is there now, then every change. */
  readonly onEngine: Event<EngineServices | undefined> = (listener) => {
    this.#listeners.add(listener);
    if (this.#services) listener(this.#services);
    return () => this.#listeners.delete(listener);
  };

  /** Takes the place of the port before, which is closed: a new one comes when that one is of no use any more. */
  use(port: MessagePortLike): void {
    const before = this.#port;
    this.#port = port;
    before?.close();
    port.onClose(() => {
      if (this.#port === port) this.#tell(undefined);
    });
    this.#tell(createClient(port, engineContract));
  }

  #tell(services: EngineServices | undefined): void {
    this.#services = services;
    for (const listener of this.#listeners) listener(services);
  }
}
