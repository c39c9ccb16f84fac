import { describe, expect, test } from 'vitest';
import { commandIds, commandTable } from '../../../renderer/state/command-table.ts';
import type { CommandDefinition } from '../../../renderer/state/command-table.ts';
import {
  chooseKey,
  holderOf,
  isChosen,
  isReserved,
  keysOf,
  removeKeys,
  resetKeys,
} from '../../../renderer/state/key-choice.ts';

test('no two commands are shipped with the same key, and none with a reserved one', () => {
  const keys = commandIds.flatMap((id) => [...((commandTable[id] as CommandDefinition).keys ?? [])]);
  expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
  expect(keys.filter(isReserved)).toEqual([]);
});

describe('a chosen key', () => {
  test('takes the place of those shipped', () => {
    const choice = chooseKey({}, 'edit.undo', 'Alt+Z');
    expect(keysOf(choice, 'edit.undo')).toEqual(['Alt+Z']);
    expect(keysOf(choice, 'file.open')).toEqual(['Mod+O']);
  });

  test('is taken from the command that had it', () => {
    expect(holderOf({}, 'Mod+O', 'edit.undo')).toBe('file.open');
    const choice = chooseKey({}, 'edit.undo', 'Mod+O');
    expect(keysOf(choice, 'file.open')).toEqual([]);
    expect(holderOf(choice, 'Mod+O', 'edit.undo')).toBeUndefined();
  });

  test('that is the shipped one is no choice', () => {
    const choice = chooseKey(chooseKey({}, 'edit.undo', 'F5'), 'edit.undo', 'Mod+Z');
    expect(choice).toEqual({});
    expect(isChosen(choice, 'edit.undo')).toBe(false);
  });
});

test('a command can have no key, and get its own back', () => {
  const none = removeKeys({}, 'edit.undo');
  expect(keysOf(none, 'edit.undo')).toEqual([]);
  expect(resetKeys(none, 'edit.undo')).toEqual({});
});

test('a key that was given to another command meanwhile stays there', () => {
  const choice = chooseKey({}, 'view.before', 'Mod+Z');
  expect(keysOf(resetKeys(choice, 'edit.undo'), 'edit.undo')).toEqual([]);
  expect(keysOf(resetKeys(choice, 'edit.undo'), 'view.before')).toEqual(['Mod+Z']);
});
