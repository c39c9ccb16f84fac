import { t } from '../i18n/i18n.svelte.ts';
import type { AppState } from './app-state.ts';
import { createClipActions } from './clip-actions.ts';
import type { CommandId } from './command-table.ts';
import type { CommandHandler } from './commands.svelte.ts';
import { createLayerActions } from './layer-actions.ts';
import { whenFree } from './long-work.svelte.ts';
import { createSelectionActions } from './selection-actions.ts';

/** What can be done with pixels of layers and with selections that are kept, as commands. */
export function clipCommands(app: AppState): Partial<Record<CommandId, CommandHandler>> {
  const { canvas, document, layers, layout, work } = app;
  const clips = createClipActions(app);
  const isSelected = (): boolean => canvas.selection.mask !== null;
  const canClear = (): boolean => isSelected() && layers.part === 'pixels' && layers.chosen !== undefined;
  const whenOpen = (run: () => Promise<void>): CommandHandler =>
    whenFree(work, { run, isEnabled: () => document.isOpen });
  return {
    'edit.cut': whenFree(work, { run: clips.cut, isEnabled: canClear }),
    'edit.copy': whenOpen(clips.copy),
    'edit.copySeen': whenOpen(clips.copySeen),
    'edit.paste': { run: () => clips.paste(), isEnabled: () => document.isOpen },
    'edit.clear': whenFree(work, { run: () => clips.clear(), isEnabled: canClear }),
    'select.keep': whenFree(work, { run: createSelectionActions(app).keep, isEnabled: isSelected }),
    'select.saved': {
      run: () => void (layout.overlay = 'selections'),
      isEnabled: () => document.isOpen,
    },
    'layer.fromFile': whenOpen(clips.chooseAndAdd),
    'layer.stamp': whenOpen(clips.layerOfSeen),
    'layer.duplicate': whenFree(work, {
      run: () => (isSelected() ? clips.layerOfSelection() : createLayerActions(app).duplicate(layers.selected)),
      isEnabled: () => layers.chosen !== undefined,
      label: () => (isSelected() ? t('layers.copySelection') : undefined),
    }),
  };
}
