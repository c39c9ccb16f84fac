const maxNameBytes = 255; // of one file or folder, on every common file system
const reservedBytes = 16; // for a number, the number of a variant, and the ending

/** The longest beginning that has at most so many bytes in UTF-8, with no character cut in two. */
export function cutToBytes(text: string, max: number): string {
  let bytes = 0;
  let cut = '';
  for (const { segment } of new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text)) {
    bytes += new TextEncoder().encode(segment).length;
    if (bytes > max) break;
    cut += segment;
  }
  return cut;
}

/** A name with something put after it, cut where it would be longer than a disk takes. @param ending what is kept of it in any case */
export const nameWith = (stem: string, ending: string): string =>
  cutToBytes(stem, maxNameBytes - new TextEncoder().encode(ending).length) + ending;

const reserved = /^(con|prn|aux|nul|com[\d¹²³]|lpt[\d¹²³]|conin\$|conout\$)(?= *(\.|$))/i;

/** A name that is allowed on every system, as close to the given one as that goes: composed Unicode, no separators or control
 * characters, no leading dash or dot, not a device of Windows, and room for what is added to it. */
export function safeName(name: string): string {
  const composed = name.normalize('NFC').replaceAll(/[\p{Cc}\p{Cs}<>:"/\\|?*]/gu, '_');
  const visible = composed.replace(/^[-.]+/, (start) => '_'.repeat(start.length)).trim();
  const free = reserved.test(visible) ? `_${visible}` : visible;
  const short = cutToBytes(free, maxNameBytes - reservedBytes).replace(/[. ]+$/, '');
  return short === '' ? '_' : short;
}
