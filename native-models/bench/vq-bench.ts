import { withGraphs } from '../parts/with-graphs.ts';
import type { RgbImage } from '../api.ts';
import type { GraphBuilder } from '../onnx/graph.ts';
import { openSession } from '../runtime/open.ts';
import { VqCodec } from '../tokenizers/image/vq/codec.ts';
import { downscale } from '../tokenizers/image/vq/config.ts';
import type { VqConfig } from '../tokenizers/image/vq/config.ts';
import { vqDecoderHead, vqDecoderTail, vqEncoder } from '../tokenizers/image/vq/graph.ts';
import { vqTensors } from '../tokenizers/image/vq/weights.ts';
import { randomWeights } from './random-weights.ts';
import { median, timed } from './statistics.ts';

/** Medians of three. */
export interface VqBench {
  readonly encodeMs: number;
  readonly decodeMs: number;
  readonly bandMs: Readonly<Record<number, number>>; // by rows of cells
}

/** Times an image tokenizer with random weights on a square picture of `grid` × `grid` cells. */
export function benchVq(config: VqConfig, grid: number, onProgress?: (what: string) => void): Promise<VqBench> {
  const weights = randomWeights(vqTensors(config));
  const graphs = [
    { name: 'encoder', build: (g: GraphBuilder) => vqEncoder(g, config, weights) },
    { name: 'head', build: (g: GraphBuilder) => vqDecoderHead(g, config, weights) },
    { name: 'tail', build: (g: GraphBuilder) => vqDecoderTail(g, config, weights, 'measured') },
    { name: 'band', build: (g: GraphBuilder) => vqDecoderTail(g, config, weights, 'frozen') },
  ];
  onProgress?.('building the image tokenizer');
  return withGraphs(graphs, async (path) => {
    const open = (name: string) => openSession(path(name), { device: 'cpu' });
    await using codec = new VqCodec(config, {
      encoder: await open('encoder'),
      head: await open('head'),
      tail: await open('tail'),
      band: await open('band'),
    });
    return await timeCodec(codec, grid, onProgress);
  });
}

async function timeCodec(codec: VqCodec, grid: number, onProgress?: (what: string) => void): Promise<VqBench> {
  onProgress?.('image tokenizer');
  const size = grid * downscale(codec.config);
  const image: RgbImage = {
    width: size,
    height: size,
    data: new Uint8Array(size * size * 3).map((_, i) => (i * 31) % 256),
  };
  const ids = await codec.encode(image);
  const { statistics } = await codec.decode(ids, grid);
  const several = async (run: () => Promise<unknown>): Promise<number> =>
    median([await timed(run), await timed(run), await timed(run)]);
  const bandMs: Record<number, number> = {};
  for (const rows of [1, 2, 4]) bandMs[rows] = await several(() => codec.decodeBand(ids, grid, 8, rows, statistics));
  return {
    encodeMs: await several(() => codec.encode(image)),
    decodeMs: await several(() => codec.decode(ids, grid)),
    bandMs,
  };
}
