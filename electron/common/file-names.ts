const maxNameBytes = 255; // of one file or folder, on every common file system

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
