import { z } from 'zod';

/** `config` of a depth pack: how its network wants pictures. */
export const zDepthConfig = z.object({
  side: z.int().min(14).max(4096), // pixels
  sizing: z.enum(['fixed', 'closest']), // see `inputSize`
  multiple: z.int().positive().default(1),
  filter: z.enum(['bilinear', 'bicubic']),
  normalization: z.enum(['imagenet', 'half']),
});
export type DepthConfig = z.infer<typeof zDepthConfig>;

/** `config` of a segmentation pack: how its network wants pictures and what its classes mean. */
export const zSegmentationConfig = z.object({
  form: z.enum(['detr', 'maskformer']),
  shortest: z.int().min(16).max(4096).default(800), // pixels
  longest: z.int().min(16).max(8192).default(1333),
  multiple: z.int().positive().default(1),
  /** What number a class of the network stands for: COCO's category, or the palette's index. */
  labels: z.enum(['coco-category', 'palette-index']),
});
export type SegmentationConfig = z.infer<typeof zSegmentationConfig>;
