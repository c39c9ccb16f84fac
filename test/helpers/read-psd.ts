import { initializeCanvas, readPsd as read } from 'ag-psd';
import type { Psd } from 'ag-psd';

initializeCanvas(
  () => {
    throw new Error('nothing is drawn here');
  },
  (width, height) => ({ width, height, colorSpace: 'srgb', data: new Uint8ClampedArray(width * height * 4) }),
);

/** A Photoshop file as another program reads it, pixels included.
 * @param options.skipsWhole it cannot read the whole picture where that has 16 bits and an alpha */
export const readPsd = (bytes: Uint8Array, { skipsWhole = false } = {}): Psd =>
  read(bytes, { useImageData: true, skipCompositeImageData: skipsWhole });
