// Fields of Photoshop files, which are big-endian throughout.

const field = (size: number, write: (view: DataView) => void): Uint8Array => {
  const bytes = new Uint8Array(size);
  write(new DataView(bytes.buffer));
  return bytes;
};

export const uint16 = (value: number): Uint8Array => field(2, (view) => view.setUint16(0, value));
export const uint32 = (value: number): Uint8Array => field(4, (view) => view.setUint32(0, value));
export const int32 = (value: number): Uint8Array => field(4, (view) => view.setInt32(0, value));

/** Letters of ASCII, a byte each. */
export const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');

/** A text of any letters: how many units of UTF-16, then these. */
export const unicode = (text: string): Uint8Array =>
  joined([uint32(text.length), ...Array.from({ length: text.length }, (_, i) => uint16(text.charCodeAt(i)))]);

export const joined = (parts: readonly Uint8Array[]): Uint8Array => Buffer.concat(parts);

/** Zeros that fill something up to a multiple. */
export const padded = (length: number, multiple: number): Uint8Array =>
  new Uint8Array((multiple - (length % multiple)) % multiple);
