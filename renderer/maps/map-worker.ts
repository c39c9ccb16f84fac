import type { CannyDetector, CannyThresholds } from '#models/maps';
import type { RgbImage } from '#models/api';
import type { FromMapWorker, ToMapWorker } from './map-protocol.ts';

/** The part of `Worker` that is used. */
export interface MapWorkerPort {
  postMessage(message: ToMapWorker): void;
  onmessage: ((event: MessageEvent<FromMapWorker>) => void) | null;
  terminate(): void;
}

const startWorker = (): MapWorkerPort =>
  new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'maps' }) as MapWorkerPort;

interface Waiting {
  resolve(answer: FromMapWorker | undefined): void;
  reject(error: Error): void;
}

/** The page's side of the map worker, which is started when it is first asked. Of edges only the newest question is answered: while one is
 * worked on, the others wait as one. */
export class MapWorker {
  readonly #start: () => MapWorkerPort;
  readonly #waiting = new Map<number, Waiting>();
  #port: MapWorkerPort | undefined;
  #picture: RgbImage | undefined;
  #count = 1;
  /** Whether edges are being found, and which question about them comes next. */
  #next: { isBusy: boolean; run?: () => Promise<void>; drop?: () => void } = { isBusy: false };

  constructor(start = startWorker) {
    this.#start = start;
  }

  setPicture(picture: RgbImage): void {
    if (picture === this.#picture) return;
    this.#picture = picture;
    this.#worker().postMessage({ type: 'picture', picture });
  }

  /** @returns undefined where a newer question took its place */
  edges(detector: CannyDetector, thresholds: CannyThresholds): Promise<Uint8Array | undefined> {
    this.#next.drop?.();
    return new Promise((resolve, reject) => {
      const ask = async (): Promise<void> => {
        this.#next = { isBusy: true };
        const answer = await this.#ask({ type: 'edges', id: this.#count++, detector, thresholds });
        resolve(answer?.type === 'edges' ? answer.data : undefined);
      };
      const run = (): Promise<void> =>
        ask()
          .catch(reject)
          .then(() => {
            const { run: waiting } = this.#next;
            this.#next = { isBusy: false };
            void waiting?.();
          });
      if (this.#next.isBusy) this.#next = { isBusy: true, run, drop: () => resolve(undefined) };
      else void run();
    });
  }

  /** @param scale see `RegionOptions` */
  async regions(scale: number): Promise<Int32Array | undefined> {
    const answer = await this.#ask({ type: 'regions', id: this.#count++, scale });
    return answer?.type === 'regions' ? answer.regions : undefined;
  }

  dispose(): void {
    this.#port?.terminate();
    this.#port = undefined;
    for (const { resolve } of this.#waiting.values()) resolve(undefined);
    this.#waiting.clear();
  }

  #ask(question: Exclude<ToMapWorker, { type: 'picture' }>): Promise<FromMapWorker | undefined> {
    return new Promise((resolve, reject) => {
      this.#waiting.set(question.id, { resolve, reject });
      this.#worker().postMessage(question);
    });
  }

  #worker(): MapWorkerPort {
    if (this.#port) return this.#port;
    this.#port = this.#start();
    this.#port.onmessage = ({ data }) => {
      const waiting = this.#waiting.get(data.id);
      this.#waiting.delete(data.id);
      if (data.type === 'failed') waiting?.reject(new Error(data.reason));
      else waiting?.resolve(data);
    };
    return this.#port;
  }
}
