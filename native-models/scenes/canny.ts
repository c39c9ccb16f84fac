import { canny, thresholdScales } from '../conditions/canny/canny.ts';
import { greyPicture } from '../conditions/grey-picture.ts';
import { FRAME } from './scene.ts';

/** Edge map of a rendered picture, white on black: EditAR's detector in the form for flat artwork.
 * @param rgb [FRAME][FRAME][3], as is the map */
export function edgeMap(rgb: Uint8Array): Uint8Array {
  const edges = canny(
    { width: FRAME, height: FRAME, data: rgb },
    'editar-flat',
    thresholdScales['editar-flat'].defaults,
  );
  return greyPicture(edges, FRAME, FRAME).data;
}
