// A frame as bytes:
//
//   u32 length of the JSON │ JSON { frame, buffers: [length, …] } │ buffer │ buffer │ …      little endian
//
// A Uint8Array anywhere in the frame is replaced by { "$bytes": index of its buffer }, so nothing is ever base64.

const prefixBytes = 4;
const bytesKey = '$bytes';
const maxBuffers = 1024;
const maxHeaderBytes = 64 * 2 ** 20;

/** The bytes of a frame. What JSON cannot say (undefined in objects, functions) is dropped, as JSON does.
 * @throws Error for an object with a key of that special name, which could not be told from a buffer */
export function encodeFrame(frame: unknown): Uint8Array {
  const buffers: Uint8Array[] = [];
  const plain = withoutBuffers(frame, buffers);
  const header = new TextEncoder().encode(
    JSON.stringify({ frame: plain, buffers: buffers.map(({ byteLength }) => byteLength) }),
  );
  const total = buffers.reduce((sum, { byteLength }) => sum + byteLength, prefixBytes + header.byteLength);
  const bytes = new Uint8Array(total);
  new DataView(bytes.buffer).setUint32(0, header.byteLength, true);
  bytes.set(header, prefixBytes);
  let at = prefixBytes + header.byteLength;
  for (const buffer of buffers) {
    bytes.set(buffer, at);
    at += buffer.byteLength;
  }
  return bytes;
}

/** The frame in some bytes, not yet checked against the protocol. Its buffers are views into `bytes`.
 * @throws Error when they are not a frame: lengths that do not add up, no JSON, buffers that are not there */
export function decodeFrame(bytes: Uint8Array): unknown {
  if (bytes.byteLength < prefixBytes) throw new Error(`a frame of ${bytes.byteLength} bytes has no header`);
  const headerBytes = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  if (headerBytes > Math.min(maxHeaderBytes, bytes.byteLength - prefixBytes)) {
    throw new Error(`the header of a frame says it has ${headerBytes} bytes of ${bytes.byteLength}`);
  }
  const header = readHeader(bytes.subarray(prefixBytes, prefixBytes + headerBytes));
  const buffers = splitBuffers(bytes.subarray(prefixBytes + headerBytes), header.buffers);
  return withBuffers(header.frame, buffers);
}

function withoutBuffers(value: unknown, buffers: Uint8Array[]): unknown {
  if (value instanceof Uint8Array) return { [bytesKey]: buffers.push(value) - 1 };
  if (Array.isArray(value)) return value.map((item) => withoutBuffers(item, buffers));
  if (typeof value !== 'object' || value === null) return value;
  if (bytesKey in value) throw new Error(`a frame must not have an object with the key ${bytesKey}`);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutBuffers(item, buffers)]));
}

function readHeader(bytes: Uint8Array): { frame: unknown; buffers: number[] } {
  const header: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  if (!isRecord(header) || !Array.isArray(header['buffers'])) throw new Error('a frame has no list of buffers');
  const buffers: unknown[] = header['buffers'];
  if (buffers.length > maxBuffers)
    throw new Error(`a frame has ${buffers.length} buffers, at most ${maxBuffers} are allowed`);
  if (!buffers.every(isLength)) throw new Error('a frame has a buffer whose length is not a whole number');
  return { frame: header['frame'], buffers };
}

function splitBuffers(bytes: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  const total = lengths.reduce((sum, length) => sum + length, 0);
  if (total !== bytes.byteLength) throw new Error(`a frame has ${bytes.byteLength} bytes of buffers, not ${total}`);
  let at = 0;
  return lengths.map((length) => bytes.subarray(at, (at += length)));
}

function withBuffers(value: unknown, buffers: readonly Uint8Array[]): unknown {
  if (Array.isArray(value)) return value.map((item) => withBuffers(item, buffers));
  if (!isRecord(value)) return value;
  if (bytesKey in value) {
    const buffer = buffers[Number(value[bytesKey])];
    if (!buffer) throw new Error(`a frame names a buffer that is not there: ${String(value[bytesKey])}`);
    return buffer;
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withBuffers(item, buffers)]));
}

const isLength = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
