import type { MetadataBlocks } from './metadata.ts';
import { photoshopBlock } from './photoshop.ts';

const payloadMax = 65_533; // a segment's length has 16 bits and counts itself
const iccPartMax = payloadMax - 14;
const app = (number: number): number => 0xe0 + number;

/** Puts metadata into a JPEG that has none. Blocks that no segment can hold are left out.
 * @returns the parts of the file in order, and the names of what was left out */
export function withJpegSegments(
  jpeg: Uint8Array,
  { exif, xmp, iptc, icc }: MetadataBlocks,
): { parts: Uint8Array[]; leftOut: string[] } {
  const wanted = [
    { name: 'EXIF', marker: app(1), payload: exif && prefixed('Exif\0\0', exif) },
    { name: 'XMP', marker: app(1), payload: xmp && prefixed('http://ns.adobe.com/xap/1.0/\0', xmp) },
    { name: 'IPTC', marker: app(13), payload: iptc && photoshopBlock(iptc) },
  ];
  const present = wanted.flatMap(({ name, marker, payload }) => (payload ? [{ name, marker, payload }] : []));
  const fitting = present.filter(({ payload }) => payload.length <= payloadMax);
  const segments = [...fitting.map(({ marker, payload }) => segment(marker, payload)), ...iccSegments(icc)];
  const rest = firstAfterJfif(jpeg);
  return {
    parts: [jpeg.subarray(0, rest), ...segments, jpeg.subarray(rest)],
    leftOut: present.filter(({ payload }) => payload.length > payloadMax).map(({ name }) => name),
  };
}

/** EXIF and the rest go behind JFIF's own segment when there is one, as JFIF asks to be first. */
function firstAfterJfif(jpeg: Uint8Array): number {
  const view = new DataView(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength);
  return view.getUint16(2) === 0xff00 + app(0) ? 4 + view.getUint16(4) : 2;
}

/** A profile is cut into numbered parts (ICC.1:2022, B.4). */
function iccSegments(icc: Uint8Array | undefined): Uint8Array[] {
  if (!icc) return [];
  const count = Math.ceil(icc.length / iccPartMax);
  return Array.from({ length: count }, (_, index) => {
    const part = icc.subarray(index * iccPartMax, (index + 1) * iccPartMax);
    return segment(
      app(2),
      Buffer.concat([Buffer.from('ICC_PROFILE\0', 'latin1'), Buffer.from([index + 1, count]), part]),
    );
  });
}

function segment(marker: number, payload: Uint8Array): Uint8Array {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(payload.length + 2, 2);
  return Buffer.concat([head, payload]);
}

const prefixed = (prefix: string, bytes: Uint8Array): Uint8Array =>
  Buffer.concat([Buffer.from(prefix, 'latin1'), bytes]);
