// @ts-check
// Draws the program's icons for every system from the page's: node build/scripts/make-icon.mjs
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import sharp from 'sharp';
import { icnsFile, icoFile } from '../icon-files.mjs';

const resources = new URL('../resources/', import.meta.url);
const svg = await readFile(new URL('../../renderer/public/icon.svg', import.meta.url));
const drawnSize = 64; // of the drawing, as it says itself
const macShare = 824 / 960; // icons of macOS leave a wider margin than the drawing does

/** @param {number} size in pixels @param {number} [share] of the size that the drawing takes */
async function draw(size, share = 1) {
  const inner = Math.round(size * share);
  const before = Math.floor((size - inner) / 2);
  const after = size - inner - before;
  return await sharp(svg, { density: (72 * size) / drawnSize })
    .resize(inner, inner)
    .extend({ top: before, left: before, bottom: after, right: after, background: '#0000' })
    .png({ compressionLevel: 9 })
    .toBuffer();
}

const drawAll = (/** @type {number[]} */ sizes, share = 1) =>
  Promise.all(sizes.map(async (size) => ({ size, png: await draw(size, share) })));

await mkdir(new URL('icons/', resources), { recursive: true });
for (const { size, png } of await drawAll([16, 24, 32, 48, 64, 128, 256, 512])) {
  await writeFile(new URL(`icons/${size}x${size}.png`, resources), png);
}
await writeFile(new URL('icon.ico', resources), icoFile(await drawAll([16, 20, 24, 32, 40, 48, 64, 128, 256])));
await writeFile(new URL('icon.icns', resources), icnsFile(await drawAll([16, 32, 64, 128, 256, 512, 1024], macShare)));
