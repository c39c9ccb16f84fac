import { contains } from '#common/geometry.ts';
import type { Tool, ToolContext, ToolPoint } from './tool.ts';

/** Picks the colour that is seen under the pointer. */
export function eyedropperTool({ compositor, picture, attempt, pickColour }: ToolContext): Tool {
  const pick = ({ image }: ToolPoint): void => {
    if (!contains({ x: 0, y: 0, ...picture }, image)) return;
    attempt(async () => {
      const colour = await compositor.ask('colour', image);
      pickColour(
        `#${colour
          .slice(0, 3)
          .map((value) => value.toString(16).padStart(2, '0'))
          .join('')}`,
      );
    });
  };
  return { cursor: () => 'crosshair', press: pick, drag: (points) => pick(points.at(-1)!) };
}
