import { crc32 } from 'node:zlib';

// A line of a journal: eight hexadecimal digits of CRC-32, a space, JSON without line breaks, a line break. What was cut off while it was
// written lacks its end, and what is damaged does not have its sum.

export const journalLine = (value: unknown): string => {
  const json = JSON.stringify(value);
  return `${sum(json)} ${json}\n`;
};

/** What a line holds, and how many bytes there are up to its end. */
interface JournalLine {
  readonly value: unknown;
  readonly end: number; // bytes from the beginning of the journal
}

/** The lines up to the first that is not whole. */
export function readJournalLines(text: string): { lines: JournalLine[]; isCut: boolean } {
  const lines: JournalLine[] = [];
  let end = 0;
  for (let at = 0; at < text.length;) {
    const stop = text.indexOf('\n', at);
    const json = text.slice(at + 9, stop);
    if (stop < 0 || text.slice(at, at + 9) !== `${sum(json)} `) return { lines, isCut: true };
    end += Buffer.byteLength(text.slice(at, stop + 1));
    lines.push({ value: JSON.parse(json), end });
    at = stop + 1;
  }
  return { lines, isCut: false };
}

const sum = (json: string): string => crc32(json).toString(16).padStart(8, '0');
