import type { ImageFormat } from './sniff.ts';

/** What a file says about its picture. The blocks are kept as they are found; writing cleans them. */
export interface ImageMetadata {
  readonly format: ImageFormat;
  readonly exif?: Uint8Array; // a TIFF stream, without the `Exif\0\0` some formats put before it
  readonly xmp?: Uint8Array; // the packet, UTF-8
  readonly iptc?: Uint8Array; // IPTC-IIM records, without Photoshop's wrapping
  readonly icc?: Uint8Array; // as in the raster; absent when the samples were converted to sRGB
  readonly density?: number; // pixels per inch
  readonly wasAnimated: boolean;
  readonly notices: readonly string[]; // sentences: what was not taken over as it was
}

/** Metadata as it is put into a file. */
export interface MetadataBlocks {
  readonly exif?: Uint8Array;
  readonly xmp?: Uint8Array;
  readonly iptc?: Uint8Array;
  readonly icc?: Uint8Array;
}

const exifPrefix = [0x45, 0x78, 0x69, 0x66, 0, 0]; // `Exif\0\0`

/** The TIFF stream inside a block of EXIF. */
export function bareExif(block: Uint8Array): Uint8Array {
  return exifPrefix.every((byte, index) => block[index] === byte) ? block.subarray(exifPrefix.length) : block;
}
