import { maxSide } from '#common/document/records.ts';
import type { AppState } from './app-state.ts';
import type { CommandId } from './command-table.ts';
import type { CommandHandler } from './commands.svelte.ts';
import { whenFree } from './long-work.svelte.ts';
import { paintedLayer } from './painted-layer.ts';

/** What can be done with what a person paints with, as commands. On a mask, hiding and showing take the place of the two colours. */
export function paintCommands(app: AppState): Partial<Record<CommandId, CommandHandler>> {
  const { canvas, layers, strokes, work } = app;
  const { tools } = canvas;
  const isOnMask = (): boolean => layers.part === 'mask';

  /** One touch of a brush that is larger than any picture. */
  async function fill(): Promise<void> {
    const { width, height } = canvas.viewport.picture;
    const stroke = paintedLayer(app, canvas.requireCompositor()).begin('fill');
    stroke?.line([{ x: width / 2, y: height / 2, radius: 4 * maxSide }]);
    stroke?.end();
    await strokes.settled();
  }

  function swap(): void {
    if (isOnMask()) tools.maskPaint = tools.maskPaint === 'show' ? 'hide' : 'show';
    else canvas.swapColours();
  }

  function reset(): void {
    if (isOnMask()) tools.maskPaint = 'hide';
    else canvas.resetColours();
  }

  return {
    'edit.fill': whenFree(work, { run: fill, isEnabled: () => layers.chosen !== undefined }),
    'paint.swap': { run: swap },
    'paint.reset': { run: reset },
  };
}
