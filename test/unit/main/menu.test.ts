import type { KeyboardEvent, MenuItem, MenuItemConstructorOptions } from 'electron';
import { expect, test } from 'vitest';
import { menuTemplate, menuWithoutWindow } from '../../../electron/main/menu.ts';

type Item = MenuItemConstructorOptions;

const shown = [
  { id: 'file', label: 'File', sections: [[item('file.open', 'CmdOrCtrl+O')]] },
  {
    id: 'edit',
    label: 'Edit',
    sections: [
      [item('edit.undo', 'CmdOrCtrl+Z'), item('edit.clear', 'Delete')],
      [item('help.settings', 'CmdOrCtrl+,')],
    ],
  },
  { id: 'view', label: 'View', sections: [[item('view.before', '\\')]] },
  { id: 'tools', label: 'Tools', sections: [[item('tool.brush', 'B')]] },
];

function item(id: string, accelerator: string) {
  return { id, label: id, accelerator, isEnabled: true };
}

function build(platform: NodeJS.Platform) {
  const [ran, inText]: [string[], string[]] = [[], []];
  const actions = { run: (id: string) => void ran.push(id), inText: (action: string) => void inText.push(action) };
  const menus = menuTemplate(platform, shown, actions);
  const all = menus.flatMap(({ submenu }) => (submenu ?? []) as Item[]);
  const find = (id: string): Item => all.find((one) => one.id === id)!;
  const choose = (id: string, event: KeyboardEvent): void => find(id).click!({} as MenuItem, undefined, event);
  return { menus, find, choose, ran, inText };
}

const names = ({ submenu }: Item): unknown[] => (submenu as Item[]).map(({ id, role, type }) => id ?? role ?? type);

test('keys that a page hears itself are only shown; on macOS, which would take them from it, those with Cmd alone', () => {
  const { find } = build('win32');
  expect(find('tool.brush')).toMatchObject({ accelerator: 'B', registerAccelerator: false });
  const mac = build('darwin');
  for (const id of ['tool.brush', 'edit.clear', 'view.before']) expect(mac.find(id)).not.toHaveProperty('accelerator');
  expect(mac.find('file.open')).toMatchObject({ accelerator: 'CmdOrCtrl+O' });
});

test('a key of macOS that the page has left alone, since it is written in, is the text’s', () => {
  const { choose, ran, inText } = build('darwin');
  choose('edit.undo', { triggeredByAccelerator: true, metaKey: true });
  choose('file.open', { triggeredByAccelerator: true, metaKey: true });
  expect([ran, inText]).toEqual([[], ['undo']]);
  choose('edit.undo', {}); // with the mouse
  choose('file.open', { triggeredByAccelerator: true, metaKey: false }); // with the arrow keys and Return
  expect(ran).toEqual(['edit.undo', 'file.open']);
});

test('settings are where each system has them', () => {
  const mac = build('darwin');
  expect(mac.menus.map(({ label, role }) => label ?? role)).toEqual([
    ...['EditAR Studio', 'File', 'Edit', 'View', 'Tools', 'windowMenu'],
  ]);
  expect(names(mac.menus[0]!)).toEqual([
    ...['about', 'separator', 'help.settings', 'separator', 'services', 'separator', 'hide', 'hideOthers', 'unhide'],
    ...['separator', 'quit'],
  ]);
  const edit = ['edit.undo', 'edit.clear', 'separator'];
  expect(names(mac.menus[2]!)).toEqual([...edit, 'cut', 'copy', 'paste', 'selectAll']);
  expect(names(build('linux').menus[1]!)).toEqual([
    ...[...edit, 'help.settings', 'separator', 'cut', 'copy', 'paste', 'selectAll'],
  ]);
});

test('the system’s own keys are none of ours: those of the developer tools would be', () => {
  const tools = (platform: NodeJS.Platform): Item =>
    (build(platform).menus.find(({ label }) => label === 'View')!.submenu as Item[]).at(-1)!;
  expect(tools('linux')).toEqual({ role: 'toggleDevTools', accelerator: 'F12' });
  expect(tools('darwin')).toEqual({ role: 'toggleDevTools' });
});

test('without a window macOS offers to open one', () => {
  let opened = 0;
  const [, file] = menuWithoutWindow(() => opened++);
  (file!.submenu as Item[])[0]!.click!({} as MenuItem, undefined, {});
  expect(opened).toBe(1);
});
