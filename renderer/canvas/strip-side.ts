import type { Extent } from '#common/geometry.ts';
import { fitView } from './view.ts';
import type { Screen } from './view.ts';

/** Where a strip beside a picture that is shown whole leaves it more room: mostly on the right, below where the picture is wider than the
 * room there is. @param room of both @param thickness of the strip, CSS px */
export function stripSide(picture: Extent, room: Screen, thickness: number): 'right' | 'bottom' {
  const beside = fitView(picture, { ...room, width: room.width - thickness });
  const above = fitView(picture, { ...room, height: room.height - thickness });
  return beside.zoom >= above.zoom ? 'right' : 'bottom';
}
