import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ExternalData } from '../../native-models/onnx/external-data.ts';
import { GraphBuilder } from '../../native-models/onnx/graph.ts';
import { concat, reduceMean, reshape, slice } from '../../native-models/onnx/ops.ts';

const newGraph = (): GraphBuilder => new GraphBuilder('stand-in', new ExternalData('unused.data'));

/** A graph with the interface of Depth Anything whose depth is the mean of the channels: bright is near. */
export function depthStandIn(): Uint8Array {
  const g = newGraph();
  const pixels = g.input('pixel_values', 'f32', [1, 3, 'height', 'width']);
  const mean = reduceMean(g, '/depth', pixels, 1); // [1, 1, h, w]
  const depth = g.node('/depth/squeeze', 'Squeeze', [mean, g.ints(1)]);
  g.output('predicted_depth', depth, 'f32', [1, 'height', 'width']);
  return g.toModel();
}

/** A graph with the interface of DETR's panoptic form and two queries: the first finds `categories[0]` where red is above its mean,
 * the second `categories[1]` where it is below. */
export function detrStandIn(categories: readonly [number, number]): Uint8Array {
  const classes = 251;
  const g = newGraph();
  const pixels = g.input('pixel_values', 'f32', [1, 3, 'height', 'width']);
  const cells = g.input('pixel_mask', 'i64', [1, 64, 64]);
  const logits = new Float32Array(2 * classes);
  categories.forEach((category, query) => (logits[query * classes + category] = 20));
  const zero = g.node('/zero', 'Mul', [
    g.node('/mask', 'Cast', [cells], { attributes: { to: { int: 1 } } }),
    g.scalar(0),
  ]);
  const nothing = g.node('/zero/sum', 'ReduceSum', [zero], { attributes: { keepdims: { int: 0 } } });
  const chances = g.node('/logits', 'Add', [g.constant('f32', [1, 2, classes], logits), nothing]);
  const red = g.node('/red/scaled', 'Mul', [slice(g, '/red', pixels, 0, 1, 1), g.scalar(8)]);
  g.output('logits', chances, 'f32', [1, 2, classes]);
  g.output('pred_masks', concat(g, '/masks', [red, g.node('/red/not', 'Neg', [red])], 1), 'f32', [1, 2, 'h', 'w']);
  return g.toModel();
}

/** A graph with the interface of MaskFormer and one query, which finds palette index 5 everywhere. */
export function maskformerStandIn(): Uint8Array {
  const g = newGraph();
  const pixels = g.input('pixel_values', 'f32', [1, 3, 'height', 'width']);
  const logits = new Float32Array(134);
  logits[5] = 20;
  const mask = g.node('/mask/plus', 'Add', [
    g.node('/mask/zero', 'Mul', [reduceMean(g, '/mask', pixels, 1), g.scalar(0)]),
    g.scalar(4),
  ]);
  g.output(
    'class_queries_logits',
    reshape(g, '/logits', g.constant('f32', [134], logits), [1, 1, 134]),
    'f32',
    [1, 1, 134],
  );
  g.output('masks_queries_logits', mask, 'f32', [1, 1, 'h', 'w']);
  return g.toModel();
}

/** A graph with SegFormer's interface at a quarter of the size: class 0 where red is above its mean, class 1 where it is below, never
 * the third. */
export function segformerStandIn(): Uint8Array {
  const g = newGraph();
  const pixels = g.input('pixel_values', 'f32', [1, 3, 'height', 'width']);
  const red = g.node('/red/quarter', 'AveragePool', [slice(g, '/red', pixels, 0, 1, 1)], {
    attributes: { kernel_shape: { ints: [4, 4] }, strides: { ints: [4, 4] } },
  });
  const never = g.node('/never', 'Sub', [g.node('/never/zero', 'Mul', [red, g.scalar(0)]), g.scalar(9)]);
  g.output('logits', concat(g, '/logits', [red, g.node('/red/not', 'Neg', [red]), never], 1), 'f32', [1, 3, 'h', 'w']);
  return g.toModel();
}

/** A graph of 16 × 16 pixels whose depth is the mean of the channels, in 0 … 1 for pictures that get normalised to -1 … 1. */
export function levelsStandIn(): Uint8Array {
  const g = newGraph();
  const pixels = g.input('pixel_values', 'f32', [1, 3, 16, 16]);
  const mean = reduceMean(g, '/mean', pixels, 1); // [1, 1, h, w]
  const share = g.node('/share', 'Add', [g.node('/half', 'Mul', [mean, g.scalar(0.5)]), g.scalar(0.5)]);
  g.output('predicted_depth', g.node('/depth/squeeze', 'Squeeze', [share, g.ints(1)]), 'f32', [1, 16, 16]);
  return g.toModel();
}

/** Writes a pack of a network that makes maps. */
export async function writeExtractorPack(
  folder: string,
  family: 'depth' | 'segmentation',
  graph: Uint8Array,
  config: Record<string, unknown>,
  more: { readonly id?: string; readonly note?: string } = {},
): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'model.onnx'), graph);
  const sha256 = createHash('sha256').update(graph).digest('hex');
  const pack = {
    ...{ format: 1, id: `stand-in-${family}`, title: `Stand-in ${family}`, family, variant: 'tiny', imageSize: 28 },
    ...{ precision: 'fp32', config, parts: { network: ['model.onnx'] } },
    files: [{ file: 'model.onnx', bytes: graph.length, sha256 }],
    ...{ licence: { spdx: 'MIT' }, source: {}, madeBy: { app: '0', onnxruntime: '0' } },
    ...more,
  };
  await writeFile(join(folder, 'pack.json'), JSON.stringify(pack));
}
