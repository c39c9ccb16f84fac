import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError } from '#common/contract/errors.ts';
import { defaultSettings, zSettings } from '#common/contract/settings.ts';
import type { Settings, SettingsChange } from '#common/contract/settings.ts';
import type { Event } from '#common/rpc/contract.ts';
import { renamePatiently } from '#models/disk';

/** What a person chose, in one JSON file that is replaced as a whole. A file that cannot be read is set aside and the program starts as
 * it was shipped: settings are never worth a program that does not start. */
export class SettingsFile {
  readonly #path: string;
  readonly #listeners = new Set<(settings: Settings) => void>();
  #written: Promise<void> = Promise.resolve();
  #current: Promise<Settings> | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  get(): Promise<Settings> {
    this.#current ??= this.#read();
    return this.#current;
  }

  /** Changes are written one after another. What could not be written holds until the program ends.
   * @throws AppError `output-not-writable` */
  async change(change: SettingsChange): Promise<Settings> {
    const changed = this.get().then((settings) => ({ ...settings, ...change }));
    this.#current = changed;
    const settings = await changed;
    for (const listener of this.#listeners) listener(settings);
    this.#written = this.#written.catch(() => undefined).then(() => this.#write());
    await this.#written;
    return settings;
  }

  readonly onChanged: Event<Settings> = (listener) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  async #read(): Promise<Settings> {
    const text = await readFile(this.#path, 'utf8').catch(() => undefined);
    if (text === undefined) return defaultSettings;
    const settings = zSettings.safeParse(parseJson(text)).data;
    if (settings) return settings;
    await copyFile(this.#path, `${this.#path}.damaged`).catch(() => undefined);
    return defaultSettings;
  }

  async #write(): Promise<void> {
    const temporary = `${this.#path}.${randomBytes(6).toString('hex')}.part`;
    try {
      await mkdir(dirname(this.#path), { recursive: true });
      await writeFile(temporary, `${JSON.stringify(await this.get(), undefined, 2)}\n`, { flush: true });
      await renamePatiently(temporary, this.#path);
    } catch (cause) {
      await rm(temporary, { force: true }).catch(() => undefined);
      const { code = '' } = cause as NodeJS.ErrnoException;
      throw new AppError('output-not-writable', { path: this.#path, reason: `(${code})` }, { cause });
    }
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
