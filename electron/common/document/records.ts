import { z } from 'zod';
import { zBlobId } from '../contract/blobs.ts';
import { blendModes } from '../raster/blend.ts';
import { tileCount } from './tiles.ts';

// Everything durable of a document is a record: plain JSON with an id. References between records are ids; pixels are blobs.

const zId = <Type extends string>(type: Type) =>
  z.string().regex(new RegExp(`^${type}:[\\w-]{1,64}$`), `an id of ${type}`);

export const zImageId = zId('image').brand('ImageId');
export type ImageId = z.infer<typeof zImageId>;
export const zLayerId = zId('layer').brand('LayerId');
export type LayerId = z.infer<typeof zLayerId>;
export const zConditionId = zId('condition').brand('ConditionId');
export type ConditionId = z.infer<typeof zConditionId>;
export const zVersionId = zId('version').brand('VersionId');
export type VersionId = z.infer<typeof zVersionId>;
const zSelectionId = zId('selection').brand('SelectionId');
export type SelectionId = z.infer<typeof zSelectionId>;
const zProjectId = z.literal('project:main').brand('ProjectId');

/** The one project record of a document. */
export const projectId = zProjectId.parse('project:main');

export const maxSide = 100_000; // pixels; far beyond what can be opened, near enough to be added without care

const zSide = z.int().min(1).max(maxSide);
export const zExtent = z.object({ width: zSide, height: zSide });
const zCoordinate = z.int().min(-maxSide).max(maxSide);
const zOffset = z.object({ x: zCoordinate, y: zCoordinate }); // document space
const zCanvas = z.object({ ...zOffset.shape, ...zExtent.shape }); // document space
const zName = z.string().min(1).max(255);
const zUnit = z.number().min(0).max(1);

/** The document as a whole. Document space begins at the upper left corner of the picture that was opened and stays there for good;
 * the canvas is the part of it that is seen and exported. Cropping moves the canvas, and everything else stays where it is. */
export const zProject = z.object({
  id: zProjectId,
  type: z.literal('project'),
  name: zName, // of the file, as the person knows it; never used as a path
  canvas: zCanvas,
  opened: zExtent.nullable().default(null), // size of the picture that was opened; null: none, or not noted
  depth: z.literal([8, 16]), // bits of the samples of layers
  profile: zBlobId.nullable(), // ICC profile of all layers; null: sRGB
  source: z.object({ blob: zBlobId, name: zName }).nullable(), // the file that was opened, byte for byte
  layerOrder: z.array(zLayerId).max(10_000), // from the bottom up; each layer once
});
export type Project = z.infer<typeof zProject>;

/** Pixels in tiles, so that a stroke only replaces the tiles it touched and undoing it is a small change. */
export const zImage = z
  .object({
    id: zImageId,
    type: z.literal('image'),
    extent: zExtent,
    channels: z.literal([1, 4]), // strengths or grey values; RGB and alpha, not premultiplied
    depth: z.literal([8, 16]),
    tiles: z.array(zBlobId.nullable()), // row by row; null: all samples are 0
  })
  .refine(({ extent, tiles }) => tiles.length === tileCount(extent), 'one tile for each place of the grid');
export type Image = z.infer<typeof zImage>;

export const zLayer = z.object({
  id: zLayerId,
  type: z.literal('layer'),
  name: zName,
  isVisible: z.boolean(),
  isLocked: z.boolean(), // against painting and moving
  opacity: zUnit,
  blend: z.enum(blendModes),
  image: zImageId, // of 4 channels
  offset: zOffset, // of the image's upper left corner
  mask: zImageId.nullable(), // 1 channel of 8 bits, as large as the image and over it; null: all of it shows
  isMaskOn: z.boolean().default(true), // off: the mask is kept and hides nothing; on in records from before there was a choice
  version: zVersionId.nullable(), // the edit it came from
});
export type Layer = z.infer<typeof zLayer>;

/** Plain JSON from which something can be made again; what it holds is for whoever does that to check. */
export const zStoredRecipe = z.record(z.string(), z.json());

export const conditionKinds = ['canny', 'depth', 'segmentation'] as const;
export type ConditionKind = (typeof conditionKinds)[number];

/** A map the model can paint from. A document has at most one of each kind, under the id `conditionId(kind)`. */
export const zCondition = z.object({
  id: zConditionId,
  type: z.literal('condition'),
  kind: z.enum(conditionKinds),
  image: zImageId, // of 8 bits: 1 channel, for classes 4, transparent where nothing is labelled
  offset: zOffset, // of the image's upper left corner
  extractor: z.string().max(1000), // what made it, in words
  recipe: zStoredRecipe.nullable().default(null), // makes it of the picture again; null: painted, or from a file
  names: z.record(z.string().max(10), z.string().max(200)).default({}), // what the person calls classes, by their index
  isVisible: z.boolean(), // over the picture where edits are made
  opacity: zUnit, // with which it is shown over the picture
});
export type Condition = z.infer<typeof zCondition>;

/** A selection that was kept under a name. */
export const zSavedSelection = z.object({
  id: zSelectionId,
  type: z.literal('selection'),
  name: zName,
  image: zImageId, // 1 channel of 8 bits: how strongly each pixel is selected
  offset: zOffset, // of the image's upper left corner
});
export type SavedSelection = z.infer<typeof zSavedSelection>;

const maxIds = 2 ** 16;
const zIds = z.array(z.int().min(-1)).max(maxIds); // -1 where a stopped edit decided nothing

/** What one edit made: a node of the version tree. Versions are never removed. */
export const zVersion = z.object({
  id: zVersionId,
  type: z.literal('version'),
  parent: zVersionId.nullable(), // the version whose picture was edited
  title: z.string().max(1000), // for most the instruction
  recipe: zStoredRecipe, // its coordinates are pixels of the picture that was edited
  canvas: zCanvas.nullable().default(null), // that picture; null in records from before it was noted: the canvas as it is
  ids: zIds, // of the cells of the picture; empty where they are not known
  sourceIds: zIds.nullable(), // of the picture that was edited
  seed: z.int().nonnegative(),
  model: z.string().max(255), // id of the pack
  image: zImageId.nullable(), // what it added to the picture; null: decode the ids again
  mask: zImageId.nullable(), // over that image, as a layer’s
  offset: zOffset, // of the upper left corner of that image
  thumbnail: zBlobId.nullable(), // a small PNG
  isStarred: z.boolean(),
  isDiscarded: z.boolean(), // no longer offered, still there
  layer: zLayerId.nullable(), // what became of it
  createdAt: z.int().nonnegative(), // ms since 1970
});
export type Version = z.infer<typeof zVersion>;

export const zDocumentRecord = z.discriminatedUnion('type', [
  zProject,
  zImage,
  zLayer,
  zCondition,
  zVersion,
  zSavedSelection,
]);
export type DocumentRecord = z.infer<typeof zDocumentRecord>;

export const newImageId = (): ImageId => `image:${crypto.randomUUID()}` as ImageId;
export const newLayerId = (): LayerId => `layer:${crypto.randomUUID()}` as LayerId;
export const newSelectionId = (): SelectionId => `selection:${crypto.randomUUID()}` as SelectionId;
export const newVersionId = (): VersionId => `version:${crypto.randomUUID()}` as VersionId;
export const conditionId = (kind: ConditionKind): ConditionId => `condition:${kind}` as ConditionId;
