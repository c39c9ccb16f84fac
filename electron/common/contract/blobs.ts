import { z } from 'zod';

/** Name of some bytes: their SHA-256 in hexadecimal. */
export const zBlobId = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'a SHA-256 in hexadecimal')
  .brand('BlobId');
export type BlobId = z.infer<typeof zBlobId>;

/** The largest blob, which is also the largest picture file that is read. */
export const maxBlobBytes = 512 * 2 ** 20;

export const zBytes = z.custom<Uint8Array>(
  (value) => value instanceof Uint8Array && value.byteLength <= maxBlobBytes,
  `bytes, at most ${maxBlobBytes}`,
);
