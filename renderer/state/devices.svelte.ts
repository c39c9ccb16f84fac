import type { LeftOutDevice, TriedDevice } from '#common/contract/devices.ts';
import type { DeviceName } from '#common/contract/edit-request.ts';
import { t } from '../i18n/i18n.svelte.ts';
import { deviceWords, leftOutWords } from './device-words.ts';
import type { EngineState } from './engine.svelte.ts';
import type { Problems } from './problems.svelte.ts';

const memory = 'told-devices'; // where the page keeps what it has told

/** What models can run on, and devices that are left out since they stopped the program. */
export class DevicesState {
  leftOut = $state.raw<readonly LeftOutDevice[]>([]);
  /** What came of trying every device; undefined: not tried yet. */
  tried = $state.raw<readonly TriedDevice[]>();
  isTrying = $state(false);
  readonly #engine: EngineState;
  readonly #problems: Problems;

  constructor(engine: EngineState, problems: Problems) {
    this.#engine = engine;
    this.#problems = problems;
  }

  /** Asks every engine that is connected to, since the one before may have been stopped by a device, and tells of each device once. Meant
   * for an effect. */
  listen(): void {
    const { services } = this.#engine;
    if (!services) return;
    this.tried = undefined;
    void this.#problems.follow(async () => {
      this.leftOut = await services.devices.leftOut();
      this.#tell();
    });
  }

  /** Tries every device, once per engine: it takes a moment, so only where a person is about to choose one. */
  find(): void {
    const { services } = this.#engine;
    if (!services || this.tried || this.isTrying) return;
    this.isTrying = true;
    void this.#problems
      .follow(async () => void (this.tried = await services.devices.tryAll()))
      .finally(() => (this.isTrying = false));
  }

  async tryAgain(device: DeviceName): Promise<void> {
    await this.#problems.attempt(async () => {
      const before = this.leftOut.find((leftOut) => leftOut.device === device);
      this.leftOut = await this.#engine.require().devices.tryAgain(device);
      this.tried = undefined;
      const told = this.#problems.list.find(({ title }) => before && title === leftOutWords(before));
      if (told) this.#problems.dismiss(told.id); // it is not true any more
      this.#problems.notice(t('settings.triedNext', { device: deviceWords(device) }));
    });
  }

  #tell(): void {
    const told = rememberedList();
    const keys = this.leftOut.map(({ device, at }) => `${device} ${at}`);
    for (const [i, device] of this.leftOut.entries())
      if (!told.includes(keys[i]!))
        this.#problems.notice(leftOutWords(device), t('settings.leftOutWhere'), undefined, true);
    remember(keys);
  }
}

const rememberedList = (): string[] => (kept() ?? '').split('\n');

function kept(): string | null {
  try {
    return localStorage.getItem(memory);
  } catch {
    return null;
  }
}

function remember(keys: readonly string[]): void {
  try {
    localStorage.setItem(memory, keys.join('\n'));
  } catch {
    // a page that may not keep anything tells it again
  }
}
