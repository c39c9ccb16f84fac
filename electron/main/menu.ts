import type { MenuItemConstructorOptions } from 'electron';
import type { ShownMenu } from '#common/contract/services.ts';

type Item = MenuItemConstructorOptions;
type ShownItem = ShownMenu['sections'][number][number];

/** What happens when an item is chosen. */
export interface MenuActions {
  /** Passes a command to the page. */
  run(id: string): void;
  /** Undoes or redoes what was written in a text field. */
  inText(action: 'undo' | 'redo'): void;
}

const separator: Item = { type: 'separator' };
const settingsId = 'help.settings';

/** Items that belong to the system and are the same in every program, at the end of the page's menu of that name. Ctrl+Shift+I, the usual
 * key of the last one, is a command of ours. */
const systemItems = (isMac: boolean): Readonly<Record<string, readonly Item[]>> => ({
  edit: [separator, { role: 'cut' }, { role: 'copy' }, { role: 'paste' }, { role: 'selectAll' }],
  view: [separator, { role: 'togglefullscreen' }, { role: 'toggleDevTools', ...(!isMac && { accelerator: 'F12' }) }],
});

/** The program's menu: what the page says can be done, among what every program has.
 * @param shown none before the page has said anything */
export function menuTemplate(platform: NodeJS.Platform, shown: readonly ShownMenu[], actions: MenuActions): Item[] {
  const isMac = platform === 'darwin';
  const menus = shown.length > 0 ? shown : [{ id: 'file', label: 'File', sections: [] }];
  const settings = menus.flatMap(({ sections }) => sections.flat()).find(({ id }) => id === settingsId);
  const own = menus.map((menu) => ownMenu(isMac ? without(menu, settingsId) : menu, isMac, actions));
  const at = own.findIndex((_, index) => menus[index]!.id === 'help');
  const before = at < 0 ? own : own.slice(0, at);
  const after = at < 0 ? [] : own.slice(at);
  const first = isMac ? [appMenu(settings && menuItem(settings, isMac, actions))] : [];
  return [...first, ...before, { role: 'windowMenu' }, ...after];
}

function ownMenu({ id, label, sections }: ShownMenu, isMac: boolean, actions: MenuActions): Item {
  const items = sections.flatMap((section, index) => [
    ...(index > 0 ? [separator] : []),
    ...section.map((item) => menuItem(item, isMac, actions)),
  ]);
  const closing: Item[] = [separator, { role: isMac ? 'close' : 'quit' }];
  const system = id === 'file' ? closing.slice(items.length > 0 ? 0 : 1) : (systemItems(isMac)[id] ?? []);
  return { label, submenu: [...items, ...system], ...(id === 'help' ? { role: 'help' } : {}) };
}

/** A menu without an item that is shown elsewhere, and without a section that held nothing else. */
const without = (menu: ShownMenu, id: string): ShownMenu => ({
  ...menu,
  sections: menu.sections
    .map((section) => section.filter((item) => item.id !== id))
    .filter((section, index) => section.length > 0 || menu.sections[index]!.length === 0),
});

/** The menu that macOS names after the program, where people look for its settings. */
const appMenu = (settings: Item | undefined): Item => ({
  label: 'EditAR Studio',
  submenu: [
    { role: 'about' },
    ...(settings ? [separator, settings] : []),
    ...[separator, { role: 'services' } as const],
    ...[separator, { role: 'hide' } as const, { role: 'hideOthers' } as const, { role: 'unhide' } as const],
    ...[separator, { role: 'quit' } as const],
  ],
});

/** Keys are shown only. The page hears every key first, so that keys a person chose, and text fields, work alike in both hosts. macOS
 * cannot only show them: it acts on those with Cmd that the page has left alone, and takes others away before the page hears them, even
 * letters that are being written. So there only those with Cmd are shown, and when one gets here it was pressed in a text field. */
function menuItem({ id, label, accelerator, isEnabled, isChecked }: ShownItem, isMac: boolean, actions: MenuActions) {
  const isShown = accelerator !== undefined && (!isMac || accelerator.includes('CmdOrCtrl'));
  return {
    ...{ id, label, enabled: isEnabled },
    click: (_item, _window, event) => {
      if (!isMac || !event.triggeredByAccelerator || !event.metaKey) actions.run(id);
      else if (id === 'edit.undo') actions.inText('undo');
      else if (id === 'edit.redo') actions.inText('redo');
    },
    ...(isShown ? { accelerator, registerAccelerator: false } : {}),
    ...(isChecked === undefined ? {} : { type: 'checkbox', checked: isChecked }),
  } satisfies Item as Item;
}

/** The menu of macOS while the program has no window. @param open makes one */
export const menuWithoutWindow = (open: () => void): Item[] => [
  appMenu(undefined),
  { label: 'File', submenu: [{ label: 'New Window', accelerator: 'CmdOrCtrl+N', click: open }] },
  { role: 'windowMenu' },
];
