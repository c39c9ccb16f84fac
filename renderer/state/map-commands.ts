import { mapKinds } from '#common/maps/condition-map.ts';
import type { AppState } from './app-state.ts';
import type { CommandId } from './command-table.ts';
import type { CommandHandler } from './commands.svelte.ts';
import { createMapActions } from './map-actions.ts';
import { mapTools } from './map-settings.svelte.ts';

/** What can be done on the workbench for maps, as commands. */
export function mapCommands(app: AppState): Partial<Record<CommandId, CommandHandler>> {
  const { maps } = app;
  const actions = createMapActions(app);
  const hasMap = () => maps.open !== undefined;

  /** @param by 1 takes the next tool of the kind, −1 the one before */
  const stepTool = (by: 1 | -1) => () => {
    const { tools } = maps.settings;
    const ids = mapTools[maps.kind];
    const at = (ids as readonly string[]).indexOf(tools[maps.kind]);
    tools[maps.kind] = ids[(at + by + ids.length) % ids.length]!;
  };
  const kinds = mapKinds.map((kind) => [
    `maps.${kind}`,
    { run: () => void (maps.kind = kind), isChecked: () => maps.kind === kind },
  ]);
  return {
    ...(Object.fromEntries(kinds) as Record<`maps.${(typeof mapKinds)[number]}`, CommandHandler>),
    'maps.find': {
      run: () => actions.find(maps.kind),
      isEnabled: () => !maps.isExtracting && actions.canFind(maps.kind),
    },
    'maps.blank': { run: () => maps.putBlank(maps.kind) },
    'maps.example': { run: () => actions.openExample(maps.kind) },
    'maps.open': { run: actions.openFile },
    'maps.save': { run: actions.saveFile, isEnabled: hasMap },
    'maps.remove': { run: () => maps.remove(), isEnabled: hasMap },
    'maps.nextTool': { run: stepTool(1), isEnabled: hasMap },
    'maps.previousTool': { run: stepTool(-1), isEnabled: hasMap },
  };
}
