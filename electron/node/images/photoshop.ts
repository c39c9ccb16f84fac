const signature = 'Photoshop 3.0\0';
const iptcResource = 0x0404;

const ascii = (bytes: Uint8Array, start: number, length: number): string =>
  String.fromCharCode(...bytes.subarray(start, start + length));

/** IPTC records out of Photoshop's image resources (`8BIM` blocks), which is how JPEG keeps them. Bare records pass
 * through; resources without IPTC give nothing. */
export function iptcRecords(block: Uint8Array): Uint8Array | undefined {
  const resources = ascii(block, 0, signature.length) === signature ? block.subarray(signature.length) : block;
  if (resources[0] === 0x1c) return resources;
  const view = new DataView(resources.buffer, resources.byteOffset, resources.byteLength);
  for (let at = 0; at + 12 <= resources.length && ascii(resources, at, 4) === '8BIM';) {
    const nameBytes = (resources[at + 6] ?? 0) + 1;
    const sizeAt = at + 6 + even(nameBytes);
    if (sizeAt + 4 > resources.length) return undefined;
    const start = sizeAt + 4;
    const end = start + view.getUint32(sizeAt);
    if (view.getUint16(at + 4) === iptcResource && end <= resources.length) return resources.subarray(start, end);
    at = start + even(end - start);
  }
  return undefined;
}

/** The payload of a JPEG APP13 segment holding IPTC records. */
export function photoshopBlock(iptc: Uint8Array): Uint8Array {
  const head = Buffer.alloc(signature.length + 12);
  head.write(`${signature}8BIM`, 'latin1');
  head.writeUInt16BE(iptcResource, signature.length + 4);
  head.writeUInt32BE(iptc.length, signature.length + 8);
  return Buffer.concat([head, iptc, Buffer.alloc(iptc.length % 2)]);
}

const even = (bytes: number): number => bytes + (bytes % 2);
