import { afterEach, expect, test } from 'vitest';
import { registerEditorCommands } from '../../../renderer/state/actions.ts';
import { cropCanvas } from '../../../renderer/state/crop.ts';
import { menusOf, shownMenus } from '../../../renderer/state/menus.ts';
import { stepLabel } from '../../../renderer/state/step-names.ts';
import { setLocale } from '../../../renderer/i18n/i18n.svelte.ts';
import { start } from './editing.ts';

afterEach(() => setLocale('en'));

test('undo and redo name their step, in menus of the system too', async () => {
  const { app, actions, document, commands } = await start();
  registerEditorCommands(app, actions);
  const labels = () => [commands.find('edit.undo')?.label, commands.find('edit.redo')?.label];
  expect(labels()).toEqual(['Undo', 'Redo']);
  cropCanvas(document, { x: 1, y: 2, width: 5, height: 4 });
  expect(labels()).toEqual(['Undo crop', 'Redo']);
  document.undo();
  expect(labels()).toEqual(['Undo', 'Redo crop']);
  const [edit] = shownMenus(menusOf(commands.available.filter(({ group }) => group === 'edit')));
  expect(edit!.sections.flat().map(({ label }) => label)).toContain('Redo crop');
});

test('a name stands in the sentence as it is written there', () => {
  expect(stepLabel('frame.undoStep', 'Keep result')).toBe('Undo keep result');
  expect(stepLabel('frame.redoStep', 'ORA layer')).toBe('Redo ORA layer');
  expect(stepLabel('frame.undoStep', '')).toBeUndefined();
  setLocale('pseudo');
  expect(stepLabel('frame.undoStep', '[Çŕöþ··]')).toMatch(/^\[Ûñđö \[Çŕöþ··\]·+\]$/);
});
