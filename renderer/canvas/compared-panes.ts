import type { Compositor } from '../compositor/compositor.ts';
import type { ViewportState } from '../state/viewport.svelte.ts';
import type { ToolSettings } from '../tools/settings.svelte.ts';
import type { Pane } from './canvas-stage.ts';

const nothing = { x: 0, y: 0, width: 0, height: 0 };

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
        { compositor: before, view, part: { ...whole, width: line }, meanwhile: after },
      ];
    }
    case 'split': {
      const half = width / 2;
      return [
        { compositor: after, view: { ...view, x: view.x + half / 2 }, part: { ...whole, x: half, width: half } },
        {
          compositor: before,
          view: { ...view, x: view.x - half / 2 },
          part: { ...whole, width: half },
          meanwhile: after,
        },
      ];
    }
    case 'hold':
      return [
        { compositor: after, view, part: isBeforeHeld ? nothing : whole },
        { compositor: before, view, part: isBeforeHeld ? whole : nothing, meanwhile: after }, // ready before it is asked for
      ];
  }
}
