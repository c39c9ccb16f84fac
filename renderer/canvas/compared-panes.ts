import type { Compositor } from '../compositor/compositor.ts';
import type { ViewportState } from '../state/viewport.svelte.ts';
import type { ToolSettings } from '../tools/settings.svelte.ts';
import type { Pane } from './canvas-stage.ts';

/** Where the picture is drawn, and where the one before the edit; the picture first.
 * @param before left out: only the picture is shown */
export function comparedPanes(
  after: Compositor,
  before: Compositor | undefined,
  { view, screen, picture }: Pick<ViewportState, 'view' | 'screen' | 'picture'>,
  {
    compareMode,
    comparePosition,
    isBeforeHeld,
  }: Pick<ToolSettings, 'compareMode' | 'comparePosition' | 'isBeforeHeld'>,
): Pane[] {
  const { width, height } = screen;
  const whole = { x: 0, y: 0, width, height };
  if (!before) return [{ compositor: after, view, part: whole }];
  switch (compareMode) {
    case 'slider': {
      const line = Math.min(width, Math.max(0, view.x + comparePosition * picture.width * view.zoom));
      return [
        { compositor: after, view, part: { ...whole, x: line, width: width - line } },
        { compositor: before, view, part: { ...whole, width: line } },
      ];
    }
    case 'split': {
      const half = width / 2;
      return [
        { compositor: after, view: { ...view, x: view.x + half / 2 }, part: { ...whole, x: half, width: half } },
        { compositor: before, view: { ...view, x: view.x - half / 2 }, part: { ...whole, width: half } },
      ];
    }
    case 'hold':
      return [{ compositor: isBeforeHeld ? before : after, view, part: whole }];
  }
}
