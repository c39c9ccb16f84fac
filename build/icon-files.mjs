// @ts-check
// Files that hold one icon in several sizes, each as a PNG.

/** @typedef {{size: number, png: Uint8Array}} Picture size in pixels, of both sides */

/** An icon of Windows: a directory of pictures, then the pictures.
 * @param {readonly Picture[]} pictures at most 256 pixels @returns {Buffer} */
export function icoFile(pictures) {
  const headerBytes = 6 + 16 * pictures.length;
  const header = Buffer.alloc(headerBytes);
  header.writeUInt16LE(1, 2); // an icon, no cursor
  header.writeUInt16LE(pictures.length, 4);
  let at = headerBytes;
  for (const [index, { size, png }] of pictures.entries()) {
    const entry = 6 + 16 * index;
    header.writeUInt8(size % 256, entry); // 256 is written as 0
    header.writeUInt8(size % 256, entry + 1);
    header.writeUInt16LE(1, entry + 4); // planes
    header.writeUInt16LE(32, entry + 6); // bits of a pixel
    header.writeUInt32LE(png.length, entry + 8);
    header.writeUInt32LE(at, entry + 12);
    at += png.length;
  }
  return Buffer.concat([header, ...pictures.map(({ png }) => png)]);
}

/** Names of sizes in icons of macOS; from the second of each row on for screens with two pixels to the point.
 * @type {Readonly<Record<number, readonly string[]>>} */
const icnsTypes = {
  ...{ 16: ['icp4'], 32: ['icp5', 'ic11'], 64: ['ic12'], 128: ['ic07'], 256: ['ic08', 'ic13'] },
  ...{ 512: ['ic09', 'ic14'], 1024: ['ic10'] },
};

/** An icon of macOS: chunks of type, length and picture.
 * @param {readonly Picture[]} pictures of 16, 32, … 1024 pixels @returns {Buffer} */
export function icnsFile(pictures) {
  const chunks = pictures.flatMap(({ size, png }) => icnsTypes[size].map((type) => chunk(type, png)));
  return chunk('icns', Buffer.concat(chunks));
}

/** @param {string} type @param {Uint8Array} content */
function chunk(type, content) {
  const head = Buffer.alloc(8);
  head.write(type, 'latin1');
  head.writeUInt32BE(head.length + content.length, 4);
  return Buffer.concat([head, content]);
}
