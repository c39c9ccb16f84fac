import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EditInput, EditModel, EditOptions, EditRun, PreviewBand, RgbImage } from '#models/api';
import { Engine } from '#node/engine/engine.ts';
import type { LeftOutDevice } from '#common/contract/devices.ts';
import type { DeviceName } from '#common/contract/edit-request.ts';
import { createLog } from '#node/log/log.ts';
import { ModelLibrary } from '#node/models/model-library.ts';
import type { HostedServices } from '#node/rpc/engine-services.ts';
import { hostServices } from '#node/rpc/host-services.ts';
import type { Devices } from '#node/services.ts';
import { SettingsFile } from '#node/settings/settings-file.ts';
import { writeFakePack } from './fake-pack.ts';
import { heldModel } from './held-model.ts';
import type { Hold } from './held-model.ts';

const defaultSize = 256;
const defaultGrid = 16;
const samples = fileURLToPath(new URL('../../native-models/packs/mini/samples', import.meta.url));
const manifest = fileURLToPath(new URL('../../package.json', import.meta.url));

export interface PaintingSettings {
  readonly folder: string;
  readonly hasModel?: boolean; // default true
  readonly hasSamples?: boolean; // those of the real pack; default false
  readonly imageSize?: number;
  readonly grid?: number;
  readonly stepMs?: number; // how long one row of cells takes
  readonly failAtRow?: number; // a device that gives up
  readonly devices?: readonly DeviceName[]; // of the machine; default: the processor
  readonly leftOut?: readonly LeftOutDevice[]; // devices that stopped the program; default: none
  readonly hold?: Hold;
  /** What the model does to the picture; by default it swaps red and blue. */
  readonly paint?: (
    red: number,
    green: number,
    blue: number,
    x: number,
    y: number,
  ) => readonly [number, number, number];
}

/** The real engine, library and blobs around a model that recolours its picture row by row. */
export async function createPaintingEngine(settings: PaintingSettings): Promise<HostedServices & AsyncDisposable> {
  const { folder, hasModel = true } = settings;
  const embedded = join(folder, 'embedded');
  await mkdir(embedded, { recursive: true });
  if (hasModel) await writePack(join(embedded, 'mini'), settings);
  const library = new ModelLibrary({ embedded, user: join(folder, 'packs') });
  const model = (): EditModel => new PaintingModel(settings);
  const openModel = () => Promise.resolve(settings.hold ? heldModel(model(), settings.hold) : model());
  const anotherEngine = () => new Engine({ library, openModel, version: '0.0.0', log: createLog('silent') });
  const engine = anotherEngine();
  let leftOut = settings.leftOut ?? [];
  const devices: Devices = {
    find: () => Promise.resolve(settings.devices ?? ['cpu']),
    tryAll: () => Promise.resolve((settings.devices ?? ['cpu']).map((device) => ({ device }))),
    leftOut: () => Promise.resolve(leftOut),
    tryAgain: (device) => {
      leftOut = leftOut.filter((one) => one.device !== device);
      return Promise.resolve();
    },
    memoryOf: () => Promise.resolve(1),
    free: () => 100,
  };
  const program = await programVersions();
  const settingsFile = new SettingsFile(join(folder, 'settings.json'));
  const services = { program, library, engine, anotherEngine, devices, settings: settingsFile, dataFolder: folder };
  const hosted = hostServices(services, [folder]);
  const dispose = async (): Promise<void> => {
    await hosted.batches[Symbol.asyncDispose]();
    await engine[Symbol.asyncDispose]();
  };
  return { ...hosted, [Symbol.asyncDispose]: dispose };
}

/** As the real program tells them. */
async function programVersions(): Promise<{ version: string; onnxruntime: string }> {
  const { version, dependencies } = JSON.parse(await readFile(manifest, 'utf8')) as {
    version: string;
    dependencies: Record<string, string>;
  };
  return { version, onnxruntime: dependencies['onnxruntime-node'] ?? '' };
}

async function writePack(
  folder: string,
  { imageSize = defaultSize, grid = defaultGrid, hasSamples = false }: PaintingSettings,
): Promise<void> {
  await writeFakePack(folder, 'mini');
  if (hasSamples) await cp(samples, join(folder, 'samples'), { recursive: true });
  const path = join(folder, 'pack.json');
  const note = hasSamples ? 'It knows rendered scenes like the samples, and little of photos.' : undefined;
  const pack = JSON.parse(await readFile(path, 'utf8')) as object;
  await writeFile(path, JSON.stringify({ ...pack, title: 'Mini (256 pixels)', note, imageSize, grid }));
}

class PaintingModel implements EditModel {
  readonly capabilities;
  readonly samplingDefaults = { cfg: 3, temperature: 1, topK: 1000, topP: 1 };
  readonly device = { name: 'cpu', refused: [] } as const;
  readonly #settings: PaintingSettings;

  constructor(settings: PaintingSettings) {
    const { imageSize = defaultSize, grid = defaultGrid } = settings;
    this.#settings = { ...settings, imageSize, grid };
    this.capabilities = { tasks: ['edit'] as const, imageSize, grid, vocab: 2, maxVariants: 4 };
  }

  begin(input: EditInput, options: EditOptions): Promise<EditRun> {
    return Promise.resolve(new PaintingRun(this.#settings, input, options));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}

const swap = (red: number, green: number, blue: number) => [blue, green, red] as const;

class PaintingRun implements EditRun {
  readonly totalSteps: number;
  committed = 0;
  readonly sourceIds: Int32Array;
  readonly unknownWords = [];
  readonly ids: readonly Int32Array[];
  readonly timings = {
    ...{ encodeMs: 1, textMs: 1, prefillMs: 1, firstTokenMs: 1, firstRowMs: 1, decodeMs: 1, tokens: 1 },
    ...{ lockedTokens: 0, msPerToken: 1, previewMs: 1, vqMs: 1 },
  };
  readonly #settings: PaintingSettings;
  readonly #source: RgbImage;
  readonly #after: RgbImage;
  readonly #grid: number;
  #previewed = 0;

  constructor(settings: PaintingSettings, { image }: EditInput, { variants }: EditOptions) {
    this.#settings = settings;
    this.#grid = settings.grid!;
    this.#source = image;
    this.#after = painted(image, settings.paint ?? swap);
    this.totalSteps = this.#grid ** 2;
    this.sourceIds = new Int32Array(this.totalSteps);
    this.ids = Array.from({ length: variants }, () => new Int32Array(this.totalSteps).fill(-1));
  }

  get etaMs(): number | undefined {
    const { stepMs = 0 } = this.#settings;
    return this.committed === 0 ? undefined : ((this.totalSteps - this.committed) / this.#grid) * stepMs;
  }

  /** A row of cells at a time. */
  async step(signal?: AbortSignal): Promise<void> {
    const { stepMs = 0, failAtRow } = this.#settings;
    await new Promise((resolve) => setTimeout(resolve, stepMs));
    signal?.throwIfAborted();
    if (failAtRow !== undefined && this.committed >= failAtRow * this.#grid) throw new Error('the fake device gave up');
    for (const ids of this.ids) ids.fill(1, this.committed, this.committed + this.#grid);
    this.committed += this.#grid;
  }

  preview(): Promise<readonly PreviewBand[]> {
    const firstRow = this.#previewed;
    const rows = this.committed / this.#grid - firstRow;
    this.#previewed += rows;
    const { width, data } = this.#after;
    const side = width / this.#grid;
    const part = data.slice(firstRow * side * width * 3, (firstRow + rows) * side * width * 3);
    const image = { width, height: rows * side, data: part };
    return Promise.resolve(rows === 0 ? [] : this.ids.map((_, variant) => ({ variant, firstRow, rows, image })));
  }

  source(): Promise<RgbImage> {
    return Promise.resolve(this.#source);
  }

  finish(): Promise<RgbImage> {
    return Promise.resolve(this.#after);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}

function painted(image: RgbImage, paint: NonNullable<PaintingSettings['paint']>): RgbImage {
  const data = new Uint8Array(image.data.length);
  for (let at = 0; at < data.length; at += 3) {
    const [x, y] = [(at / 3) % image.width, Math.floor(at / 3 / image.width)];
    data.set(paint(image.data[at], image.data[at + 1], image.data[at + 2], x, y), at);
  }
  return { ...image, data };
}
