// Types that code outside the inference library may know.

/** A picture as models and hosts exchange it: HWC, 8 bits per channel, sRGB, no alpha, orientation already applied. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array; // width · height · 3
}

/** What a picture is painted from: the picture itself, or a map of it. */
export type Task = 'edit' | 'canny' | 'depth' | 'segmentation';
export const tasks: readonly Task[] = ['edit', 'canny', 'depth', 'segmentation'];

/** Precision of weights. fp32 is the reference that the others are compared with. */
export type WeightPrecision = (typeof precisions)[number];
export const precisions = ['fp32', 'int8', 'int4'] as const;

/** How the next token is drawn from the model's logits. */
export interface Sampling {
  readonly cfg: number; // guidance scale; 1 and below run without guidance
  readonly temperature: number;
  readonly topK: number; // 0 keeps every token
  readonly topP: number;
}

/** A device. Graphics cards of a kind are numbered: `cuda` is the first, `cuda:1` the second. */
export type DeviceName = 'cpu' | 'cuda' | 'dml' | 'coreml' | 'webgpu' | `${'cuda' | 'dml'}:${number}`;

/** Where a model runs. */
export type ModelDevice = 'auto' | DeviceName;

/** What a device is used for: its self-test, or a model. */
export type DeviceUse = 'self-test' | 'work';

/** Remembers devices that stopped the whole process, which a driver that crashes does: nobody is left to catch an error. */
export interface DeviceGuard {
  /** Why a device is left out, in words; undefined where it may be used. */
  objection(device: DeviceName): Promise<string | undefined>;
  /** Notes that a device is about to be used. A process that dies before what is returned is disposed leaves the note behind. Never rejects. */
  begin(device: DeviceName, use: DeviceUse): Promise<AsyncDisposable>;
}

/** What outside code may ask of a model, instead of its name. */
export interface Capabilities {
  readonly tasks: readonly Task[];
  readonly imageSize: number; // pixels along one side of the square picture
  readonly grid: number; // cells along one side
  readonly vocab: number; // ids a cell can take
  readonly maxVariants: number;
}

/** One edit, as the model sees it. */
export interface EditInput {
  readonly image: RgbImage; // imageSize × imageSize: the photo, or the condition map
  readonly task: Task;
  readonly instruction: string; // the user's own words, or the description for a map
  /** Cells (raster order) whose id is given beforehand: the source's own (`'source'`), a certain id, or `null` for the model to
   * choose. Left out: the model chooses all. */
  readonly locked?: readonly (number | 'source' | null)[];
}

/** How an edit is decoded. */
export interface EditOptions extends Sampling {
  readonly seed: number; // 0 … 2^53 - 1
  readonly variants: number; // 1 … maxVariants, decoded side by side
  /** Number of the first variant, 0 when left out: variant n of a seed is drawn alike whether it is decoded alone or with others. */
  readonly firstVariant?: number;
}

/** Milliseconds spent on the parts of an edit. */
export interface ModelTimings {
  readonly encodeMs: number; // condition picture → ids
  readonly textMs: number; // instruction → rows
  readonly prefillMs: number;
  readonly firstTokenMs: number; // from the start of decoding to the first committed cell
  readonly firstRowMs: number; // … to the first previewed row, 0 when none was asked for
  readonly decodeMs: number;
  readonly tokens: number; // cells the model chose, of one picture
  readonly lockedTokens: number;
  readonly msPerToken: number;
  readonly previewMs: number;
  readonly vqMs: number; // ids → final pixels
}

/** New pixels of a picture in progress: whole rows of cells. */
export interface PreviewBand {
  readonly variant: number;
  readonly firstRow: number; // cell rows
  readonly rows: number;
  readonly image: RgbImage; // imageSize wide, rows · imageSize / grid high
}

/** An edit in progress. Whoever begins it disposes it; a model runs one at a time. */
export interface EditRun extends AsyncDisposable {
  readonly totalSteps: number; // cells
  readonly committed: number; // cells decided so far, the same for all variants
  /** Ids of the condition picture, [cells]. */
  readonly sourceIds: Int32Array;
  /** Words of the instruction that the model's vocabulary cannot spell. */
  readonly unknownWords: readonly string[];
  /** Decided ids, [variants][cells]; -1 where undecided. */
  readonly ids: readonly Int32Array[];
  /** Estimated milliseconds until all cells are decided, from the steps measured so far; undefined before the first. */
  readonly etaMs: number | undefined;
  readonly timings: ModelTimings;
  /** Decides at least one more cell. Rejects with the signal's reason when aborted; what was decided stays. */
  step(signal?: AbortSignal): Promise<void>;
  /** Pixels of rows that became complete since the last call, for every variant; empty while it is not worth the time.
   * Approximate (neighbouring rows are the source's): the final picture comes from `finish`. */
  preview(): Promise<readonly PreviewBand[]>;
  /** The condition picture as the image tokenizer reproduces it: what an unchanged cell looks like. Decoded once per picture. */
  source(): Promise<RgbImage>;
  /** The whole picture of a variant; undecided cells are the source's. @throws ModelError `bad-output` */
  finish(variant: number): Promise<RgbImage>;
}

/** An opened model. */
export interface EditModel extends AsyncDisposable {
  readonly capabilities: Capabilities;
  readonly samplingDefaults: Sampling;
  /** The device it runs on and why others were refused, in words. */
  readonly device: { readonly name: DeviceName; readonly refused: readonly string[] };
  /** Encodes picture and instruction and fills the cache. The part that depends on the picture alone is kept for the next
   * edit of the same picture. @throws ModelError `invalid-input`, `out-of-memory`, `bad-output`, or the signal's reason */
  begin(input: EditInput, options: EditOptions, signal?: AbortSignal): Promise<EditRun>;
}
