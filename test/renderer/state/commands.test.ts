import { describe, expect, test, vi } from 'vitest';
import { Commands } from '../../../renderer/state/commands.svelte.ts';
import { menusOf } from '../../../renderer/state/menus.ts';
import { Problems } from '../../../renderer/state/problems.svelte.ts';

function create() {
  const problems = new Problems();
  return { problems, commands: new Commands(problems, 'other') };
}

const press = (commands: Commands, key: string, held: KeyboardEventInit = {}, target: HTMLElement = document.body) => {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...held });
  let wasTaken = false;
  const listen = (heard: Event) => (wasTaken = commands.press(heard as KeyboardEvent));
  target.addEventListener('keydown', listen, { once: true });
  target.dispatchEvent(event);
  return wasTaken;
};

describe('a command', () => {
  test('exists for the person only while something can run it', () => {
    const { commands } = create();
    expect(commands.find('edit.undo')).toBeUndefined();
    const end = commands.register('edit.undo', { run: () => undefined });
    expect(commands.find('edit.undo')).toMatchObject({ label: 'Undo', keysText: 'Ctrl+Z', isEnabled: true });
    expect(commands.available.map(({ id }) => id)).toEqual(['edit.undo']);
    end();
    expect(commands.available).toEqual([]);
  });

  test('is taken over by the last that registers it, and the one before cannot take it away', () => {
    const { commands } = create();
    const [first, second] = [vi.fn(), vi.fn()];
    const endFirst = commands.register('edit.undo', { run: first });
    commands.register('edit.undo', { run: second });
    endFirst();
    void commands.run('edit.undo');
    expect(first).not.toHaveBeenCalled();
    expect(second).toHaveBeenCalledOnce();
  });

  test('that cannot run now does nothing', async () => {
    const { commands } = create();
    const run = vi.fn();
    commands.register('edit.undo', { run, isEnabled: () => false });
    await commands.run('edit.undo');
    expect(press(commands, 'z', { ctrlKey: true })).toBe(false);
    expect(run).not.toHaveBeenCalled();
  });

  test('that cannot run just now says why to whoever tries', async () => {
    const { commands, problems } = create();
    const run = vi.fn();
    commands.register('file.save', { run, whyNot: () => 'A file is being written.' });
    expect(commands.find('file.save')).toMatchObject({ isEnabled: false, whyNot: 'A file is being written.' });
    expect(press(commands, 's', { ctrlKey: true })).toBe(true);
    expect(problems.list.map(({ title }) => title)).toEqual(['A file is being written.']);
    commands.register('file.save', { run, isEnabled: () => false, whyNot: () => 'never asked' });
    expect(commands.find('file.save')).toMatchObject({ isEnabled: false, whyNot: undefined });
    await commands.run('file.save');
    expect(run).not.toHaveBeenCalled();
  });

  test('that fails shows its failure', async () => {
    const { commands, problems } = create();
    commands.register('file.open', { run: () => Promise.reject(new Error('the disk is gone')) });
    await commands.run('file.open');
    expect(problems.list.map(({ title }) => title)).toEqual(['the disk is gone']);
  });
});

describe('keys', () => {
  test('run their command, any of its keys', () => {
    const { commands } = create();
    const run = vi.fn();
    commands.register('edit.redo', { run });
    expect(press(commands, 'y', { ctrlKey: true })).toBe(true);
    expect(press(commands, 'Z', { ctrlKey: true, shiftKey: true })).toBe(true);
    expect(press(commands, 'y')).toBe(false);
    expect(run).toHaveBeenCalledTimes(2);
  });

  test('of letters and of undo belong to the text field somebody types in', () => {
    const { commands } = create();
    const [undo, open] = [vi.fn(), vi.fn()];
    commands.registerAll({ 'edit.undo': { run: undo }, 'file.open': { run: open } });
    const field = document.body.appendChild(document.createElement('textarea'));
    expect(press(commands, 'z', { ctrlKey: true }, field)).toBe(false);
    expect(press(commands, 'o', { ctrlKey: true }, field)).toBe(true);
    expect(undo).not.toHaveBeenCalled();
  });

  test('a person chose take the place of those shipped', () => {
    const { commands } = create();
    const run = vi.fn();
    commands.register('edit.undo', { run });
    commands.chosenKeys = { 'edit.undo': ['Alt+Backspace'] };
    expect(press(commands, 'z', { ctrlKey: true })).toBe(false);
    expect(press(commands, 'Backspace', { altKey: true })).toBe(true);
    expect(commands.find('edit.undo')?.keysText).toBe('Alt+Backspace');
  });
});

test('menus hold the commands that exist, in sections', () => {
  const { commands } = create();
  const run = () => undefined;
  commands.registerAll({ 'file.open': { run }, 'file.saveAs': { run }, 'view.panel': { run } });
  const menus = menusOf(commands.available).map(({ label, sections }) => [
    label,
    sections.map((section) => section.length),
  ]);
  expect(menus).toEqual([
    ['File', [1, 1]],
    ['View', [1]],
  ]);
});
