import type { Area } from '../area.ts';

/** What a person can do, by command. Menus, tooltips, the palette and the list of keys all read these. */
export const commands = {
  'file.open': 'Open picture…',
  'file.saveAs': 'Save picture as…',
  'edit.undo': 'Undo',
  'edit.run': 'Run edit',
  'edit.stop': 'Stop edit',
  'view.before': 'Show before',
  'view.panel': 'Show side panel',
  'help.palette': 'Find a command…',
  'help.keys': 'Keyboard shortcuts',
  'help.settings': 'Settings…',
  'help.about': 'About EditAR Studio',
} as const satisfies Area;
