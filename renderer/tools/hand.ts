import type { PointIn } from '#common/geometry.ts';
import type { Tool, ToolContext } from './tool.ts';

/** Moves the picture under the screen. */
export function handTool({ viewport }: ToolContext): Tool {
  let last: PointIn<'screen'> | undefined;
  return {
    cursor: () => (last ? 'grabbing' : 'grab'),
    press: ({ screen }) => {
      last = screen;
    },
    drag: (points) => {
      const { screen } = points.at(-1)!;
      if (last) viewport.panBy(screen.x - last.x, screen.y - last.y);
      last = screen;
    },
    release: () => {
      last = undefined;
    },
    doublePress: () => viewport.fit(),
    cancel: () => {
      const wasDragging = last !== undefined;
      last = undefined;
      return wasDragging;
    },
  };
}
