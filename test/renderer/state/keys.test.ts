import { describe, expect, test } from 'vitest';
import { accelerator, ariaKeys, chordOf, chordText, platformOf } from '../../../renderer/state/keys.ts';

const press = (key: string, held: KeyboardEventInit = {}) => new KeyboardEvent('keydown', { key, ...held });

describe('what was pressed', () => {
  test.each([
    [press('s', { ctrlKey: true }), 'Mod+S'],
    [press('S', { ctrlKey: true, shiftKey: true }), 'Mod+Shift+S'],
    [press('?', { shiftKey: true }), '?'],
    [press('+', { ctrlKey: true, shiftKey: true }), 'Mod+Plus'],
    [press(' '), 'Space'],
    [press('ArrowUp', { altKey: true, shiftKey: true }), 'Alt+Shift+ArrowUp'],
    [press('F1'), 'F1'],
    [press('1', { shiftKey: true }), 'Shift+1'],
    [press('Control', { ctrlKey: true }), undefined],
    [press('Dead'), undefined],
  ])('%#', (event, chord) => {
    expect(chordOf(event, 'other')).toBe(chord);
  });

  test('Cmd is Mod on a Mac, where Ctrl is a modifier of its own', () => {
    expect(chordOf(press('s', { metaKey: true }), 'mac')).toBe('Mod+S');
    expect(chordOf(press('s', { ctrlKey: true }), 'mac')).toBe('Ctrl+S');
    expect(chordOf(press('s', { metaKey: true }), 'other')).toBe('S');
  });
});

test('keys are written as each platform prints them', () => {
  expect(chordText('Mod+Shift+S', 'mac')).toBe('⇧⌘S');
  expect(chordText('Mod+Shift+S', 'other')).toBe('Ctrl+Shift+S');
  expect(chordText('Escape', 'other')).toBe('Esc');
  expect(accelerator('Mod+Shift+ArrowUp')).toBe('CmdOrCtrl+Shift+Up');
  expect(ariaKeys('Mod+Enter', 'mac')).toBe('Meta+Enter');
  expect(ariaKeys('Mod+Enter', 'other')).toBe('Control+Enter');
  expect(platformOf('Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)')).toBe('mac');
  expect(platformOf('Mozilla/5.0 (X11; Linux x86_64)')).toBe('other');
});
