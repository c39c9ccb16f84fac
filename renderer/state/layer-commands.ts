import type { Layer } from '#common/document/records.ts';
import { t } from '../i18n/i18n.svelte.ts';
import type { AppState } from './app-state.ts';
import type { CommandId } from './command-table.ts';
import type { CommandHandler } from './commands.svelte.ts';
import { createLayerActions } from './layer-actions.ts';
import { whenFree } from './long-work.svelte.ts';

/** What can be done with the chosen layer, as commands. */
export function layerCommands(app: AppState): Partial<Record<CommandId, CommandHandler>> {
  const { document, layers, work } = app;
  const actions = createLayerActions(app);
  const withLayer = (
    run: (layer: Layer) => void | Promise<void>,
    isEnabled: (layer: Layer) => boolean = () => true,
    isChecked?: (layer: Layer) => boolean,
  ): CommandHandler => ({
    run: async () => layers.chosen && (await run(layers.chosen)),
    isEnabled: () => layers.chosen !== undefined && isEnabled(layers.chosen),
    ...(isChecked && { isChecked: () => layers.chosen !== undefined && isChecked(layers.chosen) }),
  });
  const several = (): boolean => layers.selected.length > 1;
  /** Whether one of the selected layers is not at that end of the order. */
  const canStep = (end: 0 | -1): boolean => document.isOpen && !layers.selected.includes(document.layers.at(end)!);
  const hasMask = ({ mask }: Layer): boolean => mask !== null;
  return {
    'layer.add': { run: () => actions.add(), isEnabled: () => document.isOpen },
    'layer.mergeDown': whenFree(work, {
      ...withLayer(
        () => actions.mergeDown(layers.selected),
        (layer) => several() || actions.below(layer) !== undefined,
      ),
      label: () => (several() ? t('layers.mergeSelected') : undefined),
    }),
    'layer.mergeVisible': whenFree(work, { run: actions.mergeVisible, isEnabled: () => actions.visible().length > 1 }),
    'layer.flatten': whenFree(work, {
      run: actions.flatten,
      isEnabled: () => document.layers.length > 1 && actions.visible().length > 0,
    }),
    'layer.remove': withLayer(
      () => actions.remove(layers.selected),
      () => document.layers.length > layers.selected.length,
    ),
    'layer.up': { run: () => actions.step(layers.selected, 1), isEnabled: () => canStep(-1) },
    'layer.down': { run: () => actions.step(layers.selected, -1), isEnabled: () => canStep(0) },
    'layer.chooseAbove': { run: () => layers.step(1), isEnabled: () => document.layers.length > 1 },
    'layer.chooseBelow': { run: () => layers.step(-1), isEnabled: () => document.layers.length > 1 },
    'layer.lock': withLayer(actions.switchLock, undefined, ({ isLocked }) => isLocked),
    'layer.selectPixels': whenFree(work, withLayer(actions.selectPixels)),
    'layer.addMask': whenFree(
      work,
      withLayer(actions.addMask, (layer) => !hasMask(layer)),
    ),
    'layer.seeMask': withLayer(
      () => layers.seeMask(layers.seenMask === null),
      hasMask,
      () => layers.seenMask !== null,
    ),
    'layer.invertMask': whenFree(work, withLayer(actions.invertMask, hasMask)),
    'layer.switchMask': withLayer(actions.switchMask, hasMask, ({ mask, isMaskOn }) => mask !== null && !isMaskOn),
    'layer.applyMask': whenFree(work, withLayer(actions.applyMask, hasMask)),
    'layer.removeMask': withLayer(actions.removeMask, hasMask),
    'layer.selectMask': whenFree(work, withLayer(actions.selectMask, hasMask)),
  };
}
