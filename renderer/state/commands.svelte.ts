import { SvelteMap } from 'svelte/reactivity';
import { t } from '../i18n/i18n.svelte.ts';
import { commandIds, commandTable } from './command-table.ts';
import type { CommandDefinition, CommandGroup, CommandId } from './command-table.ts';
import { keysOf } from './key-choice.ts';
import type { KeyChoice } from './key-choice.ts';
import { ariaKeys, chordOf, chordText } from './keys.ts';
import type { Chord, Platform } from './keys.ts';
import type { Problems } from './problems.svelte.ts';

/** How a command is run, by whoever can. */
export interface CommandHandler {
  run(): void | Promise<void>;
  isEnabled?(): boolean; // left out: always
  /** Why it cannot be run at the moment although there is something to run it on: said to whoever tries. Undefined: it can. */
  whyNot?(): string | undefined;
  isChecked?(): boolean; // for commands that switch something
  /** What it does to what there is now; undefined, and left out: what it always does. */
  label?(): string | undefined;
}

/** A command as menus, buttons and the palette show it. */
export interface Command {
  readonly id: CommandId;
  readonly group: CommandGroup;
  readonly section: number;
  readonly label: string;
  readonly keys: readonly Chord[];
  readonly keysText: string; // the first of them, as printed on the keyboard; empty where there is none
  readonly ariaKeys: string | undefined;
  readonly isEnabled: boolean;
  readonly whyNot: string | undefined; // a sentence; undefined: it can be run, or everybody sees why not
  readonly isChecked: boolean | undefined; // undefined: it switches nothing
}

const definitions: Readonly<Record<CommandId, CommandDefinition>> = commandTable;

const isBrowsersOwn = (id: CommandId, chord: Chord): boolean =>
  definitions[id].isBrowsers === true && definitions[id].keys?.includes(chord) === true;

/** The one list of what a person can do right now: menus, palette, tooltips, help and keys are all read from it. Commands that nothing
 * registered do not exist for the person. */
export class Commands {
  readonly platform: Platform;
  /** Keys a person chose instead of those shipped. */
  chosenKeys = $state.raw<KeyChoice>({});
  readonly #handlers = new SvelteMap<CommandId, CommandHandler>();
  readonly #problems: Problems;

  constructor(problems: Problems, platform: Platform) {
    this.#problems = problems;
    this.platform = platform;
  }

  /** In the order of the table. */
  available: readonly Command[] = $derived.by(() => commandIds.flatMap((id) => this.find(id) ?? []));

  /** Says how a command is run. Meant for `$effect(() => commands.register(…))`.
   * @returns takes it back */
  register(id: CommandId, handler: CommandHandler): () => void {
    this.#handlers.set(id, handler);
    return () => {
      if (this.#handlers.get(id) === handler) this.#handlers.delete(id);
    };
  }

  /** Registers several at once. */
  registerAll(handlers: Partial<Record<CommandId, CommandHandler>>): () => void {
    const ends = Object.entries(handlers).map(([id, handler]) => this.register(id as CommandId, handler));
    return () => {
      for (const end of ends) end();
    };
  }

  /** Undefined while nothing can run it. */
  find(id: CommandId): Command | undefined {
    const handler = this.#handlers.get(id);
    if (!handler) return undefined;
    const { group, section = 0 } = definitions[id];
    const keys = keysOf(this.chosenKeys, id);
    const [first] = keys;
    const isMeant = handler.isEnabled?.() ?? true;
    const whyNot = isMeant ? handler.whyNot?.() : undefined;
    return {
      ...{ id, group, section, keys, label: handler.label?.() ?? t(`commands.${id}`) },
      keysText: first === undefined ? '' : chordText(first, this.platform),
      ariaKeys: first === undefined ? undefined : keys.map((chord) => ariaKeys(chord, this.platform)).join(' '),
      isEnabled: isMeant && whyNot === undefined,
      whyNot,
      isChecked: handler.isChecked?.(),
    };
  }

  /** Runs it if it can be run now; what fails is shown, and so is why it cannot be run. */
  async run(id: CommandId): Promise<void> {
    const command = this.find(id);
    if (command?.whyNot !== undefined) this.#problems.notice(command.whyNot);
    if (command?.isEnabled !== true) return;
    await this.#problems.attempt(async () => await this.#handlers.get(id)?.run());
  }

  /** Runs what a key means here. @returns whether it meant anything; then nobody else should act on it */
  press(event: KeyboardEvent): boolean {
    if (event.defaultPrevented || event.isComposing) return false;
    const chord = chordOf(event, this.platform);
    if (chord === undefined) return false;
    const isTyping = isTextField(event.target);
    const command = this.available.find(
      ({ id, keys, isEnabled, whyNot }) =>
        (isEnabled || whyNot !== undefined) &&
        keys.includes(chord) &&
        !isBrowsersOwn(id, chord) &&
        (!isTyping || definitions[id].whileTyping === true),
    );
    if (!command) return false;
    void this.run(command.id);
    return true;
  }
}

/** Where letters are written, or choose by how something begins, and keys of one letter are none. */
export function isTextField(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement)
    return true;
  return target instanceof HTMLInputElement && !['range', 'checkbox', 'radio', 'button', 'color'].includes(target.type);
}
