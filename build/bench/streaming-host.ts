// For streaming-bench.mjs: a host whose model paints one row of cells after the other at a steady pace, and a picture to edit. Prints where they
// are, and ends with its standard input.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { startBrowserHost } from '../../electron/server/browser-host.ts';
import { createPaintingEngine } from '../../test/helpers/painting-engine.ts';

const [width = 1200, height = 800, stepMs = 80] = process.argv.slice(2).map(Number);
const folder = await mkdtemp(join(tmpdir(), 'editar-streaming-'));
const picture = join(folder, 'picture.jpg');
const noise = { type: 'gaussian', mean: 128, sigma: 12 } as const;
await sharp({ create: { width, height, channels: 3, background: '#5a7391', noise } })
  .jpeg()
  .toFile(picture);
const engine = await createPaintingEngine({ folder, imageSize: 512, grid: 32, stepMs });
const host = await startBrowserHost({ ...engine, pageFolder: join(process.cwd(), 'out/renderer') });
process.stdout.write(`${JSON.stringify({ address: host.address, picture })}\n`);
process.stdin.resume();
await new Promise((resolve) => process.stdin.once('end', resolve));
await host[Symbol.asyncDispose]();
await engine[Symbol.asyncDispose]();
await rm(folder, { recursive: true, force: true });
