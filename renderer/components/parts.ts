import { mapParts } from './maps/map-parts.ts';

/** Parts of the page that its first screen does without. Each is loaded when it is first shown, or before, when there is time for it. */
export const parts = {
  editor: () => import('./EditorView.svelte'),
  batch: () => import('./batch/BatchView.svelte'),
  question: () => import('./frame/QuestionDialog.svelte'),
  palette: () => import('./frame/CommandPalette.svelte'),
  keys: () => import('./frame/KeysDialog.svelte'),
  about: () => import('./frame/AboutDialog.svelte'),
  settings: () => import('./settings/SettingsDialog.svelte'),
  export: () => import('./files/ExportDialog.svelte'),
  recent: () => import('./files/RecentDialog.svelte'),
} as const;

const quietMs = 2000; // at the latest; a page in the background is never idle

/** Loads every part once the first screen has been seen, one after the other, so that none has to be waited for later, and none is
 * missed when the host is gone. What cannot be loaded now is tried again when it is shown. */
export function loadPartsAhead(): void {
  const loadAll = async (): Promise<void> => {
    for (const load of [...Object.values(parts), ...Object.values(mapParts)]) await load().catch(() => undefined);
  };
  requestIdleCallback(() => void loadAll(), { timeout: quietMs });
}
