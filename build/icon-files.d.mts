/** An icon in one size: pixels of both sides. */
export interface Picture {
  readonly size: number;
  readonly png: Uint8Array;
}

/** An icon of Windows. @param pictures at most 256 pixels */
export function icoFile(pictures: readonly Picture[]): Buffer;

/** An icon of macOS. @param pictures of 16, 32, … 1024 pixels */
export function icnsFile(pictures: readonly Picture[]): Buffer;
