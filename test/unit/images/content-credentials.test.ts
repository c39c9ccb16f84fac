import sharp from 'sharp';
import { expect, test } from 'vitest';
import { credentialsNotice, hasContentCredentials } from '#node/images/content-credentials.ts';
import { decodeImage } from '#node/images/decode.ts';
import { encodeBytes } from '#node/images/encode.ts';
import { noise, plainPng } from './fixtures.ts';

const picture = noise(16, 16, 3, 8);
const jumbf = Buffer.from('\0\0\0\x30jumb\0\0\0\x28jumdc2pa\0\x11\0\x10\x80\0\0\xaa\0\x38\x9b\x71\x03c2pa\0', 'latin1');

async function jpeg(segment: Buffer): Promise<Buffer> {
  const bytes = await sharp(plainPng(picture)).jpeg().toBuffer();
  const header = Buffer.from([0xff, 0xeb, (segment.length + 2) >> 8, (segment.length + 2) & 255]);
  return Buffer.concat([bytes.subarray(0, 2), header, segment, bytes.subarray(2)]);
}

async function webp(): Promise<Buffer> {
  const bytes = await sharp(plainPng(picture))
    .withExif({ IFD0: { Copyright: 'me' } })
    .webp()
    .toBuffer();
  const chunk = Buffer.concat([Buffer.from('C2PA\0\0\0\0', 'latin1'), jumbf]);
  chunk.writeUInt32LE(jumbf.length, 4);
  const whole = Buffer.concat([bytes, chunk]);
  whole.writeUInt32LE(whole.length - 8, 4);
  return whole;
}

async function avif(): Promise<Buffer> {
  const bytes = await sharp(plainPng(picture)).avif().toBuffer();
  const body = Buffer.concat([Buffer.from('d8fec3d61b0e483c92975828877ec481', 'hex'), jumbf]);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + body.length);
  head.write('uuid', 4, 'latin1');
  return Buffer.concat([bytes, head, body]);
}

const marked: readonly (readonly [string, () => Promise<Buffer>])[] = [
  ['a chunk of PNG', async () => plainPng(picture, [{ type: 'caBX', data: jumbf }])],
  ['a segment of JPEG', () => jpeg(Buffer.concat([Buffer.from('JP\0\x01\0\0\0\x01', 'latin1'), jumbf]))],
  ['a chunk of WebP', webp],
  ['a box of AVIF', avif],
];

test.each(marked)('Content Credentials in %s are noticed, and the copy does not carry them', async (_, make) => {
  const { raster, metadata } = await decodeImage(await make());
  expect(metadata.notices).toContain(credentialsNotice);
  const copy = await encodeBytes(raster, 'png', { metadata });
  expect(hasContentCredentials(copy, 'png')).toBe(false);
  expect(Buffer.from(copy).includes('c2pa')).toBe(false);
});

test('files without them, and other JUMBF boxes, are passed by', async () => {
  const other = Buffer.from('JP\0\x01\0\0\0\x01\0\0\0\x30jumb\0\0\0\x28jumdabcd', 'latin1');
  for (const bytes of [plainPng(picture), await jpeg(other), await sharp(plainPng(picture)).tiff().toBuffer()]) {
    expect((await decodeImage(bytes)).metadata.notices).toEqual([]);
  }
});

test.each(['png', 'jpeg', 'webp', 'tiff', 'avif'] as const)('a %s of nonsense is not searched for ever', (format) => {
  for (let length = 0; length < 64; length++) {
    expect(hasContentCredentials(new Uint8Array(length), format)).toBe(false);
    expect(hasContentCredentials(new Uint8Array(length).fill(255), format)).toBe(false);
  }
});
