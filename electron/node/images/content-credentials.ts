import { pngChunks } from './png-chunks.ts';
import { openTiff, readDirectory } from './tiff-directory.ts';
import type { ImageFormat } from './sniff.ts';

// Where a C2PA manifest store is embedded: C2PA specification 2.1, annex A.
const pngChunk = 'caBX';
const riffChunk = 'C2PA';
const jpegApp11 = 0xeb;
const tiffTag = 0xcd41;
const bmffUuid = 'd8fec3d61b0e483c92975828877ec481';

/** What is said where they are found. */
export const credentialsNotice =
  'The file carries Content Credentials (C2PA). They vouch for the picture as it was, so an edited copy does not carry them.';

/** Whether a file has Content Credentials. They are noticed and not read: nothing in them is trusted or checked. */
export function hasContentCredentials(bytes: Uint8Array, format: ImageFormat): boolean {
  switch (format) {
    case 'png':
      return [...pngChunks(bytes)].some(({ type }) => type === pngChunk);
    case 'webp':
      return riffChunks(bytes).includes(riffChunk);
    case 'jpeg':
      return jpegHas(bytes);
    case 'tiff':
      return tiffHas(bytes);
    case 'heic':
    case 'avif':
      return bmffHas(bytes);
    case 'gif':
      return false;
  }
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const ascii = (bytes: Uint8Array, at: number, length: number): string =>
  String.fromCharCode(...bytes.subarray(at, at + length));

function riffChunks(bytes: Uint8Array): string[] {
  const names: string[] = [];
  for (let at = 12; at + 8 <= bytes.length;) {
    names.push(ascii(bytes, at, 4));
    const size = viewOf(bytes).getUint32(at + 4, true);
    at += 8 + size + (size % 2);
  }
  return names;
}

/** JUMBF boxes are cut into APP11 segments that begin with `JP` and hold the type `jumb` of the first box; C2PA's is labelled. */
function jpegHas(bytes: Uint8Array): boolean {
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff;) {
    const marker = bytes[at + 1]!;
    if (marker === 0xda) return false; // pixels begin
    const size = viewOf(bytes).getUint16(at + 2);
    if (marker === jpegApp11 && ascii(bytes, at + 4, 2) === 'JP') {
      const text = ascii(bytes, at + 12, Math.min(size, 200)); // the first boxes' types and label
      if (text.includes('jumb') && text.includes('c2pa')) return true;
    }
    at += 2 + size;
  }
  return false;
}

function tiffHas(bytes: Uint8Array): boolean {
  const stream = openTiff(bytes);
  const fields = stream && readDirectory(stream, stream.firstDirectory)?.fields;
  return fields?.some(({ tag }) => tag === tiffTag) ?? false;
}

/** Boxes of the file itself (ISO 14496-12): a uuid box with C2PA's identifier. */
function bmffHas(bytes: Uint8Array): boolean {
  for (let at = 0; at + 24 <= bytes.length;) {
    const size = viewOf(bytes).getUint32(at);
    const uuid = Buffer.from(bytes.subarray(at + 8, at + 24)).toString('hex');
    if (ascii(bytes, at + 4, 4) === 'uuid' && uuid === bmffUuid) return true;
    if (size < 8) return false; // to the end of the file, or of 64 bits: pictures' data, which come last
    at += size;
  }
  return false;
}
