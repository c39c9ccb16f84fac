import type { MenuItemConstructorOptions } from 'electron';
import type { MenuCommand } from '#common/contract/services.ts';

const separator: MenuItemConstructorOptions = { type: 'separator' };

/** The program's menu. Editing and window items are the system's own roles; the rest the page does.
 * @param say passes a command to the window in front */
export function menuTemplate(
  platform: NodeJS.Platform,
  say: (command: MenuCommand) => void,
): MenuItemConstructorOptions[] {
  const item = (label: string, accelerator: string, command: MenuCommand): MenuItemConstructorOptions => ({
    ...{ label, accelerator, click: () => say(command) },
  });
  const isMac = platform === 'darwin';
  return [
    ...(isMac ? [{ role: 'appMenu' } as const] : []),
    {
      label: '&File',
      submenu: [
        item('&Open picture…', 'CmdOrCtrl+O', 'open'),
        item('Save picture &as…', 'CmdOrCtrl+Shift+S', 'save-as'),
        separator,
        { role: isMac ? 'close' : 'quit' },
      ],
    },
    { role: 'editMenu' },
    {
      label: 'E&ngine',
      submenu: [item('&Run edit', 'CmdOrCtrl+Enter', 'run'), item('&Stop', 'CmdOrCtrl+.', 'cancel')],
    },
    {
      label: '&View',
      submenu: [
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        separator,
        { role: 'togglefullscreen' },
        { role: 'toggleDevTools' },
      ],
    },
    { role: 'windowMenu' },
  ];
}
