import type { EditModel, PreviewBand } from '#models/api';
import type { BlobId } from '#common/contract/blobs.ts';
import type { OrderMessage, Patch, Painting } from '#common/contract/edit-order.ts';
import { isEmpty } from '#common/geometry.ts';
import type { Bounds, Extent } from '#common/geometry.ts';
import { asRgba, withinAlpha } from '#common/raster/layer-pixels.ts';
import type { Mask } from '#common/raster/masks.ts';
import type { Placement } from '#common/raster/placement.ts';
import { rasterOf } from '#common/raster/raster.ts';
import type { Raster } from '#common/raster/raster.ts';
import { resample } from '#common/raster/resample.ts';
import type { DocumentColours } from '../images/document-colours.ts';
import { pause } from '../images/pause.ts';
import { fromSrgb8 } from '../images/to-srgb.ts';
import { noticesOf, unchangedNotice } from './notices.ts';
import { paint } from './paint.ts';
import type { Painted, PaintContext, PaintSettings } from './paint.ts';
import { progressOf } from './progress.ts';
import { maskOfVariant, patchOf, wholePicture } from './result-picture.ts';

/** A picture to edit, and what is to be said of how it was read. */
export interface PaintedPicture {
  readonly raster: Raster;
  readonly notices: readonly string[];
}

/** What a variant adds to the picture, in the picture's own depth and colours. */
export interface NewPixels {
  readonly bounds: Bounds; // image space
  readonly rgba: Raster; // of the size of the bounds
  readonly mask?: Mask; // of the same bounds; left out where all of it shows
}

/** Where a picture painted from a map goes. */
export interface PaintTarget {
  readonly bounds: Bounds; // of the canvas; the picture is stretched over them
  readonly colours: DocumentColours;
}

/** An edit whose pictures are no files: where they come from and go to is up to whoever orders it. */
export interface PaintWork {
  readonly settings: PaintSettings;
  readonly picture: () => Promise<PaintedPicture>;
  readonly selection: (photo: Extent) => Promise<Mask | undefined>;
  /** Left out: a picture painted from a map is as large as the map. */
  readonly target?: () => Promise<PaintTarget>;
  /** Called for one variant after the other, so that only one is in memory. */
  readonly store: (pixels: NewPixels) => Promise<Patch>;
  readonly storeThumbnail: (picture: Raster) => Promise<BlobId>;
}

export interface PaintJobContext extends Pick<PaintContext, 'library' | 'models' | 'guard' | 'signal' | 'stop'> {
  readonly say: (message: OrderMessage) => void;
}

/** Runs one edit and says everything of it, its last message included: `finished`, or `cancelled` with what was kept when it was
 * stopped.
 * @throws AppError, ModelError, or the reason of a signal */
export async function runPaintJob(work: PaintWork, context: PaintJobContext): Promise<void> {
  const startedAt = performance.now();
  const { settings } = work;
  const { signal, say } = context;
  signal.throwIfAborted();
  const { raster: photo, notices } = await work.picture();
  const selection = await work.selection(photo);
  const target = await work.target?.();
  signal.throwIfAborted();
  const findsChanges = settings.task === 'edit' && !selection;
  const painted = await paint(
    { photo, selection, settings, findsChanges },
    {
      ...context,
      onBegin: (placement, capabilities) => say(started(placement, capabilities, target)),
      onProgress: progressOf(say),
      onBands: (bands) => sayBands(bands, say),
    },
  );
  const before = performance.now();
  const painting = await storeAll(photo, painted, { ...work, target }, signal);
  const now = performance.now();
  signal.throwIfAborted();
  if (!painted.isWhole) return say({ type: 'cancelled', kept: painting.painting });
  const told = noticesOf(settings.instruction, notices, [...painted.notices, ...painting.notices]);
  say({
    type: 'finished',
    ...painting.painting,
    timings: { ...painted.timings, compositeMs: now - before, totalMs: now - startedAt },
    ...(told.length > 0 && { notices: told }),
  });
}

function started(placement: Placement, { grid }: EditModel['capabilities'], target?: PaintTarget): OrderMessage {
  const { image, source, visible, modelSize } = target ? stretchedOver(target.bounds, placement) : placement;
  return { type: 'started', grid, placement: { image, source, visible, modelSize } };
}

/** Where the model's square would lie if the map were as large as what its picture is stretched over; to the nearest pixel. */
function stretchedOver(target: Bounds, { image, source, visible, modelSize }: Placement): Placement {
  const [across, down] = [target.width / image.width, target.height / image.height];
  const stretched = ({ x, y, width, height }: Bounds): Bounds => ({
    x: target.x + Math.round(x * across),
    y: target.y + Math.round(y * down),
    width: Math.round(width * across),
    height: Math.round(height * down),
  });
  const { width, height } = target;
  return { image: { width, height }, source: stretched(source), visible: stretched(visible), modelSize };
}

/** Pixels as they are: packing and unpacking them would take longer than sending them does. */
async function sayBands(bands: readonly PreviewBand[], say: (message: OrderMessage) => void): Promise<void> {
  for (const { variant, firstRow: row, rows, image } of bands) {
    const decodedAt = performance.timeOrigin + performance.now();
    say({ type: 'preview', variant, row, rows, width: image.width, rgb: image.data, decodedAt });
  }
  if (bands.length > 0) await pause(); // lets them leave before the next step takes the processor
}

interface Stored {
  readonly painting: Painting;
  readonly notices: readonly string[];
}

type StoringWork = Pick<PaintWork, 'settings' | 'store' | 'storeThumbnail'> & { readonly target?: PaintTarget };

async function storeAll(photo: Raster, painted: Painted, work: StoringWork, signal: AbortSignal): Promise<Stored> {
  const { task, seed, firstVariant } = work.settings;
  const { ids, sourceIds, rows, options, pack } = painted;
  const { cfg, temperature, topK, topP } = options;
  const notices: string[] = [];
  const pictures: Painting['pictures'] = [];
  for (const [variant, cells] of ids.entries()) {
    signal.throwIfAborted();
    const pixels = await (task === 'edit'
      ? changedPixels(photo, painted, variant)
      : wholePixels(painted, variant, work.target));
    if (!pixels && painted.isWhole) notices.push(unchangedNotice(variant));
    const patch = pixels ? await work.store(pixels) : null;
    const thumbnail = await work.storeThumbnail(await thumbnailOf(painted, variant));
    pictures.push({ variant: firstVariant + variant, ids: Array.from(cells), patch, thumbnail });
  }
  const made = { seed, model: pack.id, sampling: { cfg, temperature, topK, topP }, rows };
  return { painting: { ...made, sourceIds: Array.from(sourceIds), pictures }, notices };
}

/** Undefined where the model changed nothing that can be seen. */
async function changedPixels(photo: Raster, painted: Painted, variant: number): Promise<NewPixels | undefined> {
  const mask = await maskOfVariant(painted, variant);
  if (isEmpty(mask.bounds)) return undefined;
  const patch = await patchOf(photo, painted.pictures[variant]!, mask, painted.area.placement);
  return { bounds: mask.bounds, rgba: await asRgba(patch, pause), mask: await withinAlpha(mask, photo, pause) };
}

async function wholePixels(painted: Painted, variant: number, target?: PaintTarget): Promise<NewPixels> {
  const { pictures, area } = painted;
  if (!target) {
    const picture = await wholePicture(pictures[variant]!, area.placement);
    return { bounds: area.placement.visible, rgba: await asRgba(picture, pause) };
  }
  const { bounds, colours } = target;
  const picture = await resample(rasterOf(pictures[variant]!), windowOf(area.placement), bounds, 8, pause);
  return { bounds, rgba: await asRgba(await fromSrgb8(picture, { ...colours, channels: 3 }), pause) };
}

/** The part of the model's picture that lies inside the photo, in the model's pixels. */
function windowOf({ source, visible, modelSize }: Placement): Bounds {
  const scale = modelSize / source.width;
  return {
    x: (visible.x - source.x) * scale,
    y: (visible.y - source.y) * scale,
    width: visible.width * scale,
    height: visible.height * scale,
  };
}

const thumbnailSide = 256; // px at most

/** The part of the model's picture that lies inside the photo, small. */
async function thumbnailOf({ pictures, area }: Painted, variant: number): Promise<Raster> {
  const { visible } = area.placement;
  const shrink = thumbnailSide / Math.max(visible.width, visible.height);
  const side = (length: number): number => Math.max(1, Math.round(length * shrink));
  const extent = { width: side(visible.width), height: side(visible.height) };
  return await resample(rasterOf(pictures[variant]!), windowOf(area.placement), extent, 8, pause);
}
