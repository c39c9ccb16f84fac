// eslint-disable-next-line @typescript-eslint/triple-slash-reference -- the package has no types, and every project must find ours
/// <reference path="./heic-decode.d.ts" />

/** Decodes the main picture of a HEIC file; rotation and mirroring inside the file are applied by the decoder. RGBA, 8 bit.
 * @throws Error when the file is damaged */
export async function decodeHeic(bytes: Uint8Array): Promise<{ width: number; height: number; rgba: Uint8Array }> {
  const { default: decode } = await import('heic-decode'); // 1.4 MB of WebAssembly, needed by few
  const { width, height, data } = await decode({ buffer: bytes });
  return { width, height, rgba: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}
