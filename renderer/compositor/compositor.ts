import { changedRegions } from './layer-stack.ts';
import type { LayerStack, TileKey } from './layer-stack.ts';
import type { ScreenColours } from '#common/raster/screen-colours.ts';
import type { StrokePoint } from '#common/raster/shapes.ts';
import type { Answers, FromWorker, LoadedTile, QuestionKind, Questions, ToWorker, WantedTile } from './protocol.ts';
import { stackChange } from './stack-changes.ts';
import type { StrokePlan } from './strokes.ts';
import { tileName, tilesIn, topLevel } from './tile-grid.ts';
import type { TileAt } from './tile-grid.ts';

/** A tile as it can be drawn. */
export interface DrawnTile {
  readonly bitmap: ImageBitmap;
  readonly isOpaque: boolean;
  readonly revision: number; // of the stack that it shows
}

/** How somebody waits for an answer. */
interface Waiting {
  readonly signal?: AbortSignal; // gives it up
  readonly onShare?: ((share: number) => void) | undefined; // of the answer that is there, 0 to 1
}

interface Asked extends Pick<Waiting, 'onShare'> {
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

interface Entry {
  readonly at: TileAt;
  drawn?: DrawnTile;
  changedIn: number; // revision that last changed what is seen here
  failedIn: number; // revision that could not be drawn
}

/** Where tiles come from: from the engine, from a file that was just opened. */
export interface TileSource {
  tile(key: TileKey): Promise<LoadedTile>;
  /** The bytes of tiles four times smaller, in the order of their keys; left out: nobody has them. */
  small?(keys: readonly TileKey[]): Promise<readonly Uint8Array[]>;
}

/** The part of `Worker` that is used. */
export interface WorkerPort {
  postMessage(message: ToWorker, transfer?: Transferable[]): void;
  onmessage: ((event: MessageEvent<FromWorker>) => void) | null;
  terminate(): void;
}

const bitmapBytes = 256 * 2 ** 20; // of drawn tiles that are kept

export const startWorker = (): WorkerPort =>
  new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'compositor' }) as WorkerPort;

/** The page's side of the compositor: knows which tiles are drawn, which of them are out of date, and asks for what is needed. */
export class Compositor {
  readonly #source: TileSource;
  readonly #worker: WorkerPort;
  readonly #entries = new Map<string, Entry>(); // least recently used first
  readonly #answers = new Map<number, Asked>();
  #stack: LayerStack | undefined;
  #revision = 0;
  #canvasSince = 0; // revision since which the canvas has its size
  #asked = new Set<string>(); // names of the tiles in the last request
  #nextQuestion = 0;
  #nextStroke = 0;
  #wanted: readonly [seen: readonly TileAt[], ahead: readonly TileAt[]] = [[], []];
  #colours: ScreenColours | undefined;
  #workedOn: string | undefined; // a layer
  #seen: readonly TileAt[] = [];
  #told = ''; // of both, to the worker

  /** Called when a tile can be drawn that could not, or looks different. */
  onTile: (at: TileAt) => void = () => undefined;
  /** Called when a tile cannot be drawn. It is tried again when the layers change. */
  onProblem: (reason: string) => void = () => undefined;

  constructor(source: TileSource, worker: WorkerPort = startWorker()) {
    this.#source = source;
    this.#worker = worker;
    worker.onmessage = ({ data }) => this.#hear(data);
  }

  get stack(): LayerStack | undefined {
    return this.#stack;
  }

  /** Counts what is shown: a tile drawn with at least this shows the layers as they are now. */
  get revision(): number {
    return this.#revision;
  }

  /** Shows other layers. Tiles that may look different stay what they are until new ones come. */
  setStack(stack: LayerStack): void {
    if (stack === this.#stack) return;
    const before = this.#stack;
    this.#stack = stack;
    this.#revision++;
    this.#asked = new Set();
    this.#worker.postMessage({ type: 'stack', revision: this.#revision, change: stackChange(before, stack) });
    if (before && isSameSize(before, stack)) this.#markChanged(changedRegions(before, stack), stack);
    else {
      this.#canvasSince = this.#revision;
      this.#forgetTiles();
      this.#wanted = [[], []];
    }
    this.want(...this.#wanted); // now, not with the next frame
  }

  /** What colours the samples have; left out: sRGB. */
  setColours(colours: ScreenColours | undefined): void {
    if (colours === this.#colours) return;
    this.#colours = colours;
    this.#revision++;
    this.#asked = new Set();
    this.#worker.postMessage({ type: 'colours', revision: this.#revision, colours });
    for (const entry of this.#entries.values()) entry.changedIn = this.#revision;
    this.want(...this.#wanted);
  }

  /** A tile as it is drawn now; it may be out of date. */
  tile(at: TileAt): DrawnTile | undefined {
    const name = tileName(at);
    const entry = this.#entries.get(name);
    if (!entry?.drawn) return undefined;
    this.#entries.delete(name);
    this.#entries.set(name, entry);
    return entry.drawn;
  }

  /** Whether everything of these is drawn as the layers are now. */
  isUpToDate(tiles: readonly TileAt[]): boolean {
    return tiles.every((at) => !this.#isNeeded(at));
  }

  /** Names the tiles that are wanted, the most urgent first. Meant to be called with every frame. @param ahead those nobody sees yet */
  want(seen: readonly TileAt[], ahead: readonly TileAt[] = []): void {
    this.#wanted = [seen, ahead];
    const needed = new Map<string, WantedTile>();
    for (const tiles of this.#wanted) {
      for (const at of tiles) {
        const name = tileName(at);
        if (needed.has(name) || !this.#isNeeded(at)) continue;
        needed.set(name, { ...at, since: this.#since(at), isAhead: tiles === ahead });
      }
    }
    if ([...needed.keys()].every((name) => this.#asked.has(name))) return;
    this.#asked = new Set(needed.keys());
    this.#worker.postMessage({ type: 'request', tiles: [...needed.values()] });
  }

  /** Says which layer is about to change, such as the one a brush is held over, so that its first change is seen as soon as the next.
   * Undefined: none that is known. */
  workOn(layer: string | undefined): void {
    this.#workedOn = layer;
    this.keepReady(this.#seen);
  }

  /** Names the tiles that show where that layer may change. Meant to be called with every frame. @param tiles the most urgent first */
  keepReady(tiles: readonly TileAt[]): void {
    this.#seen = tiles;
    const layer = this.#workedOn;
    const told = layer === undefined ? '' : [layer, ...tiles.map(tileName)].join(' ');
    if (told === this.#told) return;
    this.#told = told;
    this.#worker.postMessage({ type: 'workOn', layer, tiles: layer === undefined ? [] : tiles });
  }

  /** Begins to paint on an image. What is painted is seen where a stack has tiles named by `strokeKey`. @returns the stroke */
  beginStroke(plan: StrokePlan): number {
    const stroke = this.#nextStroke++;
    this.#worker.postMessage({ type: 'beginStroke', stroke, plan });
    return stroke;
  }

  /** @param points px of the image, beginning with the last of those before */
  extendStroke(stroke: number, points: readonly StrokePoint[]): void {
    this.#worker.postMessage({ type: 'extendStroke', stroke, points });
  }

  /** Forgets a stroke once nothing shows it and no other stroke lies on it. */
  endStroke(stroke: number): void {
    this.#worker.postMessage({ type: 'endStroke', stroke });
  }

  /** Lets pixels that are there have another name, so that they need not be loaded under it. */
  copy(from: TileKey, to: TileKey): void {
    this.#worker.postMessage({ type: 'copy', from, to });
  }

  /** Asks about pixels: those that are seen, or of a stack of its own. @throws the signal's reason when that gives it up */
  ask<Kind extends QuestionKind>(
    kind: Kind,
    question: Questions[Kind],
    { signal, onShare }: Waiting = {},
  ): Promise<Answers[Kind]> {
    const id = this.#nextQuestion++;
    this.#worker.postMessage({ type: 'ask', id, kind, question });
    return new Promise((resolve, reject) => {
      this.#answers.set(id, { resolve: resolve as (answer: unknown) => void, reject, onShare });
      signal?.addEventListener('abort', () => this.#giveUp(id, signal), { once: true });
    });
  }

  #giveUp(id: number, { reason }: AbortSignal): void {
    this.#answers.get(id)?.reject(reason as Error);
    if (this.#answers.delete(id)) this.#worker.postMessage({ type: 'giveUp', id });
  }

  dispose(): void {
    this.#worker.terminate();
    this.#forgetTiles();
    for (const { reject } of this.#answers.values()) reject(new Error('the picture was closed'));
    this.#answers.clear();
  }

  #isNeeded(at: TileAt): boolean {
    const entry = this.#entries.get(tileName(at));
    if (!entry) return true;
    return Math.max(entry.drawn?.revision ?? -1, entry.failedIn) < entry.changedIn;
  }

  /** The revision that last changed what a tile shows. */
  #since(at: TileAt): number {
    return Math.max(this.#entries.get(tileName(at))?.changedIn ?? 0, this.#canvasSince);
  }

  #markChanged(regions: ReturnType<typeof changedRegions>, { extent }: LayerStack): void {
    for (const region of regions) {
      for (let level = 0; level <= topLevel(extent); level++) {
        for (const at of tilesIn(extent, region, level)) this.#entry(at).changedIn = this.#revision;
      }
    }
  }

  #entry(at: TileAt): Entry {
    const name = tileName(at);
    let entry = this.#entries.get(name);
    if (!entry) {
      entry = { at, changedIn: 0, failedIn: -1 };
      this.#entries.set(name, entry);
    }
    return entry;
  }

  #forgetTiles(): void {
    for (const { drawn } of this.#entries.values()) drawn?.bitmap.close();
    this.#entries.clear();
  }

  #hear(message: FromWorker): void {
    switch (message.type) {
      case 'load':
        void this.#fetch(message.key);
        return;
      case 'loadSmall':
        void this.#fetchSmall(message.keys);
        return;
      case 'drawn':
        this.#place(message);
        return;
      case 'notDrawn':
        this.#fail(message);
        return;
      case 'progress':
        this.#answers.get(message.id)?.onShare?.(message.share);
        return;
      case 'answer':
        this.#answers.get(message.id)?.resolve(message.answer);
        this.#answers.delete(message.id);
        return;
      case 'noAnswer':
        this.#answers.get(message.id)?.reject(new Error(message.reason));
        this.#answers.delete(message.id);
    }
  }

  async #fetch(key: TileKey): Promise<void> {
    try {
      const tile = await this.#source.tile(key);
      this.#worker.postMessage({ type: 'loaded', key, tile }, transferOf(tile));
    } catch (error) {
      this.#worker.postMessage({ type: 'notLoaded', key, reason: String(error) });
    }
  }

  /** What cannot be had smaller is read as it is. */
  async #fetchSmall(keys: readonly TileKey[]): Promise<void> {
    const tiles = await this.#source.small?.(keys).catch(() => []);
    this.#worker.postMessage({ type: 'smallLoaded', keys, tiles: tiles ?? [] });
  }

  #place({ at, revision, bitmap, isOpaque }: Extract<FromWorker, { type: 'drawn' }>): void {
    if (revision < this.#canvasSince) return bitmap.close(); // of a canvas of another size
    const entry = this.#entry(at);
    if (revision < (entry.drawn?.revision ?? -1)) return bitmap.close(); // begun earlier, and slower
    entry.drawn?.bitmap.close();
    entry.drawn = { bitmap, isOpaque, revision };
    this.#entries.delete(tileName(at));
    this.#entries.set(tileName(at), entry);
    this.#dropOldest();
    this.onTile(at);
  }

  #fail({ at, revision, reason }: Extract<FromWorker, { type: 'notDrawn' }>): void {
    const entry = this.#entry(at);
    entry.failedIn = Math.max(entry.failedIn, revision);
    this.onProblem(reason);
  }

  #dropOldest(): void {
    let bytes = 0;
    for (const { drawn } of this.#entries.values()) bytes += drawn ? drawn.bitmap.width * drawn.bitmap.height * 4 : 0;
    for (const entry of this.#entries.values()) {
      if (bytes <= bitmapBytes) return;
      if (!entry.drawn) continue;
      bytes -= entry.drawn.bitmap.width * entry.drawn.bitmap.height * 4;
      entry.drawn.bitmap.close();
      entry.drawn = undefined;
    }
  }
}

const isSameSize = (before: LayerStack, after: LayerStack): boolean =>
  before.extent.width === after.extent.width && before.extent.height === after.extent.height;

/** Encoded bytes can be a part of a larger message, which others still read: they are copied. */
function transferOf(tile: LoadedTile): Transferable[] {
  if ('encoded' in tile) return [];
  return [tile instanceof ImageBitmap ? tile : (tile.buffer as ArrayBuffer)];
}
