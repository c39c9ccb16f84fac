/** Outcome of one golden case that passed. */
export interface ParityResult {
  /** Largest deviation met, in the unit of the output it belongs to. */
  readonly maxError: number;
  readonly detail: string;
}

/** Reads an image file as RGB; decoding files is the host's job. */
export type DecodePicture = (path: string) => Promise<{ width: number; height: number; data: Uint8Array }>;

/** A difference above its tolerance. */
export class ParityFailure extends Error {
  override readonly name = 'ParityFailure';
}
