// @ts-check
// Draws the program's icon from the page's: node build/scripts/make-icon.mjs
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

const svg = await readFile(new URL('../../renderer/public/icon.svg', import.meta.url));
const target = fileURLToPath(new URL('../resources/icon.png', import.meta.url));
await sharp(svg, { density: 72 * 16 })
  .resize(1024, 1024)
  .png({ compressionLevel: 9 })
  .toFile(target);
