import type { MenuItemConstructorOptions } from 'electron';
import type { ShownMenu } from '#common/contract/services.ts';

type Item = MenuItemConstructorOptions;
type ShownItem = ShownMenu['sections'][number][number];

const separator: Item = { type: 'separator' };

/** Items that belong to the system and are the same in every program, at the end of the page's menu of that name. */
const systemItems: Readonly<Record<string, readonly Item[]>> = {
  edit: [separator, { role: 'cut' }, { role: 'copy' }, { role: 'paste' }, { role: 'selectAll' }],
  view: [separator, { role: 'togglefullscreen' }, { role: 'toggleDevTools' }],
};

/** The program's menu: what the page says can be done, among what every program has.
 * @param shown none before the page has said anything @param run passes a command to the page */
export function menuTemplate(
  platform: NodeJS.Platform,
  shown: readonly ShownMenu[],
  run: (id: string) => void,
): Item[] {
  const isMac = platform === 'darwin';
  const menus = shown.length > 0 ? shown : [{ id: 'file', label: 'File', sections: [] }];
  const closing: Item[] = [separator, { role: isMac ? 'close' : 'quit' }];
  const own = menus.map(({ id, label, sections }): Item => {
    const items = sections.flatMap((section, index) => [
      ...(index > 0 ? [separator] : []),
      ...section.map((item) => menuItem(item, run)),
    ]);
    const system = id === 'file' ? (items.length > 0 ? closing : closing.slice(1)) : (systemItems[id] ?? []);
    return { label, submenu: [...items, ...system], ...(id === 'help' ? { role: 'help' } : {}) };
  });
  const at = own.findIndex((_, index) => menus[index]!.id === 'help');
  const before = at < 0 ? own : own.slice(0, at);
  const after = at < 0 ? [] : own.slice(at);
  return [...(isMac ? [{ role: 'appMenu' } as const] : []), ...before, { role: 'windowMenu' }, ...after];
}

/** Keys are shown only. The page hears every key first, so that keys a person chose, and text fields, work alike in both hosts. */
function menuItem({ id, label, accelerator, isEnabled, isChecked }: ShownItem, run: (id: string) => void): Item {
  return {
    ...{ id, label, enabled: isEnabled, click: () => run(id) },
    ...(accelerator === undefined ? {} : { accelerator, registerAccelerator: false }),
    ...(isChecked === undefined ? {} : { type: 'checkbox', checked: isChecked }),
  };
}
