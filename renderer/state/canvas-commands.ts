import { toolIds } from '../tools/settings.svelte.ts';
import type { ToolId } from '../tools/settings.svelte.ts';
import type { CanvasState } from './canvas.svelte.ts';
import type { CommandHandler } from './commands.svelte.ts';
import type { CommandId } from './command-table.ts';
import type { ViewportState } from './viewport.svelte.ts';

/** How large what is open is seen. */
export const viewCommands = (viewport: ViewportState): Partial<Record<CommandId, CommandHandler>> => ({
  'view.zoomIn': { run: () => viewport.zoomStep('in') },
  'view.zoomOut': { run: () => viewport.zoomStep('out') },
  'view.fit': { run: () => viewport.fit() },
  'view.actualSize': { run: () => viewport.zoomTo(1) },
});

/** What can be done on the canvas while a picture is open. */
export function canvasCommands(canvas: CanvasState): Partial<Record<CommandId, CommandHandler>> {
  const { viewport, selection, tools } = canvas;
  const whenSelected = (run: () => unknown): CommandHandler => ({
    run: async () => void (await run()),
    isEnabled: () => selection.mask !== null,
  });
  return {
    ...viewCommands(viewport),
    'view.selection': whenSelected(() => selection.bounds && viewport.show(selection.bounds)),
    'view.snap': { run: () => void (tools.snaps = !tools.snaps), isChecked: () => tools.snaps },
    'select.all': { run: () => selection.all() },
    'select.none': whenSelected(() => selection.none()),
    'select.again': { run: () => selection.again(), isEnabled: () => selection.hasEarlier },
    'select.invert': { run: () => selection.invert() },
    'select.grow': whenSelected(() => selection.grow(tools.amount)),
    'select.shrink': whenSelected(() => selection.shrink(tools.amount)),
    'select.feather': whenSelected(() => selection.feather(tools.amount)),
    ...Object.fromEntries(toolIds.map((id) => [`tool.${id}`, toolCommand(canvas, id)])),
  };
}

const toolCommand = (canvas: CanvasState, id: ToolId): CommandHandler => ({
  run: () => void (canvas.tools.active = id),
  isEnabled: () => canvas.isUsable(id),
  isChecked: () => canvas.tools.active === id,
});
