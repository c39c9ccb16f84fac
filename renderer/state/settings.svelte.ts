import { defaultSettings, zSettings } from '#common/contract/settings.ts';
import type { Settings, SettingsChange } from '#common/contract/settings.ts';
import type { SystemWishes } from './appearance.ts';
import type { EngineState } from './engine.svelte.ts';
import type { Problems } from './problems.svelte.ts';

const memory = 'settings'; // where the page keeps a copy, so that it looks right before it is connected

/** What the person chose. A change holds at once; it is kept by the engine's side, which outlives the page. */
export class SettingsState {
  current = $state.raw<Settings>(remembered());
  /** What the system asks for, told by `watchSystem`. */
  system = $state.raw<SystemWishes>({ isDark: true, moreContrast: false, lessMotion: false });
  isDark = $derived.by(() => (this.current.theme === 'system' ? this.system.isDark : this.current.theme === 'dark'));
  readonly #engine: EngineState;
  readonly #problems: Problems;

  constructor(engine: EngineState, problems: Problems) {
    this.#engine = engine;
    this.#problems = problems;
  }

  /** Follows a connection until it is lost, changes made in another window included. Meant for an effect.
   * @returns ends it */
  listen(): () => void {
    const services = this.#engine.services;
    if (!services) return () => undefined;
    const stop = services.settings.onChanged((settings) => this.#set(settings));
    void this.#problems.follow(async () => this.#set(await services.settings.get()));
    return stop;
  }

  async change(change: SettingsChange): Promise<void> {
    this.#set({ ...this.current, ...change });
    await this.#problems.attempt(async () => {
      await this.#engine.services?.settings.change(change);
    });
  }

  #set(settings: Settings): void {
    this.current = settings;
    try {
      localStorage.setItem(memory, JSON.stringify(settings));
    } catch {
      // a page that may not keep anything only looks as shipped for a moment
    }
  }
}

function remembered(): Settings {
  try {
    return zSettings.parse(JSON.parse(localStorage.getItem(memory) ?? '{}'));
  } catch {
    return defaultSettings;
  }
}
