import { boundsOf, contains } from '#common/geometry.ts';
import type { Tool, ToolContext, ToolPoint } from './tool.ts';

/** Picks the colour that is seen at a point; beyond the picture there is none. */
export function pickAt({ compositor, picture, attempt, pickColour }: ToolContext, { image }: ToolPoint): void {
  if (!contains(boundsOf(picture), image)) return;
  attempt(async () => {
    const [red, green, blue] = await compositor.ask('colour', image);
    pickColour(`#${[red, green, blue].map((value) => value.toString(16).padStart(2, '0')).join('')}`);
  });
}

/** Picks the colour that is seen under the pointer. */
export function eyedropperTool(context: ToolContext): Tool {
  const pick = (at: ToolPoint): void => pickAt(context, at);
  return { cursor: () => 'crosshair', press: pick, drag: (points) => pick(points.at(-1)!) };
}
