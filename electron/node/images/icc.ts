/** What of an ICC profile decides how it is used (ICC.1:2022, 7.2). */
export interface ProfileInfo {
  readonly colourSpace: 'RGB' | 'GRAY' | 'other';
  readonly description: string;
}

const headerBytes = 128;
const tagBytes = 12;

/** Reads header and description. Damaged profiles are `other`, so they are never used for conversion. */
export function profileInfo(profile: Uint8Array): ProfileInfo {
  if (profile.length < headerBytes + 4 || ascii(profile, 36, 4) !== 'acsp')
    return { colourSpace: 'other', description: '' };
  const space = ascii(profile, 16, 4);
  const colourSpace = space === 'RGB ' ? 'RGB' : space === 'GRAY' ? 'GRAY' : 'other';
  return { colourSpace, description: description(profile) };
}

/** Whether numbers under this profile are already sRGB. */
export function isSrgb(profile: Uint8Array): boolean {
  const { colourSpace, description: name } = profileInfo(profile);
  return colourSpace === 'RGB' && /^sRGB\b/i.test(name);
}

function description(profile: Uint8Array): string {
  const view = new DataView(profile.buffer, profile.byteOffset, profile.byteLength);
  const count = Math.min(view.getUint32(headerBytes), 100);
  for (let index = 0; index < count; index++) {
    const at = headerBytes + 4 + index * tagBytes;
    if (at + tagBytes > profile.length) break;
    if (ascii(profile, at, 4) !== 'desc') continue;
    const start = view.getUint32(at + 4);
    return textOf(profile.subarray(start, start + view.getUint32(at + 8)));
  }
  return '';
}

/** Version 2 keeps ASCII, version 4 UTF-16 in several languages, of which the first is taken. */
function textOf(tag: Uint8Array): string {
  if (tag.length < 28) return '';
  const view = new DataView(tag.buffer, tag.byteOffset, tag.byteLength);
  if (ascii(tag, 0, 4) === 'desc') return ascii(tag, 12, Math.max(0, view.getUint32(8) - 1));
  if (ascii(tag, 0, 4) !== 'mluc') return '';
  const start = view.getUint32(24);
  return new TextDecoder('utf-16be').decode(tag.subarray(start, start + view.getUint32(20)));
}

const ascii = (bytes: Uint8Array, start: number, length: number): string =>
  String.fromCharCode(...bytes.subarray(start, Math.min(start + length, start + 1024)));
