import { commandIds, commandTable } from './command-table.ts';
import type { CommandDefinition, CommandId } from './command-table.ts';
import type { Chord } from './keys.ts';

/** Keys a person chose for some commands, instead of those shipped. */
export type KeyChoice = Readonly<Record<string, readonly Chord[]>>;

const shipped = (id: CommandId): readonly Chord[] => (commandTable[id] as CommandDefinition).keys ?? [];

export const keysOf = (choice: KeyChoice, id: CommandId): readonly Chord[] => choice[id] ?? shipped(id);

export const isChosen = (choice: KeyChoice, id: CommandId): boolean => choice[id] !== undefined;

/** Keys that move through the page or write, and so can never be a command's. */
const reserved = ['Tab', 'Shift+Tab', 'Enter', 'Space', 'Backspace', 'ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight'];
export const isReserved = (chord: Chord): boolean => reserved.includes(chord);

/** Which other command a key already belongs to. */
export const holderOf = (choice: KeyChoice, chord: Chord, except: CommandId): CommandId | undefined =>
  commandIds.find((id) => id !== except && keysOf(choice, id).includes(chord));

/** Gives a command one key instead of those it had, and takes the key from any other command. */
export function chooseKey(choice: KeyChoice, id: CommandId, chord: Chord): KeyChoice {
  const holder = holderOf(choice, chord, id);
  const taken = holder && { [holder]: keysOf(choice, holder).filter((key) => key !== chord) };
  return tidy({ ...choice, ...taken, [id]: [chord] });
}

export const removeKeys = (choice: KeyChoice, id: CommandId): KeyChoice => tidy({ ...choice, [id]: [] });

/** Gives a command its shipped keys back, except those that another command was given meanwhile. */
export function resetKeys(choice: KeyChoice, id: CommandId): KeyChoice {
  const free = shipped(id).filter((chord) => holderOf(choice, chord, id) === undefined);
  return tidy({ ...choice, [id]: free });
}

/** Without choices that say what is shipped anyway. */
function tidy(choice: KeyChoice): KeyChoice {
  const chosen = Object.entries(choice).filter(
    ([id, keys]) => JSON.stringify(keys) !== JSON.stringify(shipped(id as CommandId)),
  );
  return Object.fromEntries(chosen);
}
