import { mapParts } from './maps/map-parts.ts';
import { part } from './part.ts';

/** Parts of the page that its first screen does without. Each is loaded when it is first shown, or before, when there is time for it. */
export const parts = {
  editor: part(() => import('./EditorView.svelte')),
  batch: part(() => import('./batch/BatchView.svelte')),
  keys: part(() => import('./frame/KeysDialog.svelte')),
  about: part(() => import('./frame/AboutDialog.svelte')),
  settings: part(() => import('./settings/SettingsDialog.svelte')),
  folder: part(() => import('./batch/FolderDialog.svelte')),
  models: part(() => import('./models/ModelsDialog.svelte')),
  export: part(() => import('./files/ExportDialog.svelte')),
  selections: part(() => import('./canvas/SavedSelections.svelte')),
  recent: part(() => import('./files/RecentDialog.svelte')),
} as const;

const quietMs = 2000; // at the latest; a page in the background is never idle

/** Loads every part once the first screen has been seen, one after the other, so that none has to be waited for later, and none is
 * missed when the host is gone. What cannot be loaded now is tried again when it is shown. */
export function loadPartsAhead(): void {
  const loadAll = async (): Promise<void> => {
    for (const load of [...Object.values(parts), ...Object.values(mapParts)])
      await Promise.resolve(load()).catch(() => undefined);
  };
  requestIdleCallback(() => void loadAll(), { timeout: quietMs });
}
