import { pause } from './pause.ts';

const pieceBytes = 8 * 2 ** 20; // a few milliseconds to copy

/** The parts of a file in one piece. Pictures are large enough that copying one at once would hold up everything else. */
export async function joinParts(parts: readonly Uint8Array[]): Promise<Uint8Array> {
  const joined = Buffer.allocUnsafeSlow(parts.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  for (const part of parts) {
    for (let from = 0; from < part.length; from += pieceBytes) {
      const piece = part.subarray(from, from + pieceBytes);
      joined.set(piece, end);
      end += piece.length;
      if (piece.length === pieceBytes) await pause();
    }
  }
  return joined;
}
