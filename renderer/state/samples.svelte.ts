import type { EngineServices } from '#common/contract/services.ts';
import type { EngineState } from './engine.svelte.ts';
import type { Problems } from './problems.svelte.ts';

type Listed = Awaited<ReturnType<EngineServices['models']['samples']>>[number];

/** A sample as the welcome screen shows it. */
export interface Sample extends Listed {
  readonly bytes: Uint8Array; // of a PNG file
  readonly address: string; // of the picture, for an `img`
}

/** Pictures that come with the embedded model, and sentences that make something of them. */
export class SamplesState {
  list = $state.raw<readonly Sample[]>([]);
  readonly #engine: EngineState;
  readonly #problems: Problems;

  constructor(engine: EngineState, problems: Problems) {
    this.#engine = engine;
    this.#problems = problems;
  }

  /** Asks for them, once per connection. Meant for an effect. @returns forgets them */
  load(): () => void {
    const services = this.#engine.services;
    if (!services) return () => undefined;
    let isWanted = true;
    void this.#problems.follow(async () => {
      const listed = await services.models.samples();
      const loaded = await Promise.all(
        listed.map(async (sample) => withPicture(sample, await services.blobs.get(sample.blob))),
      );
      if (isWanted) this.list = loaded;
    });
    return () => {
      isWanted = false;
      for (const { address } of this.list) URL.revokeObjectURL(address);
      this.list = [];
    };
  }
}

const withPicture = (sample: Listed, bytes: Uint8Array): Sample => ({
  ...{ ...sample, bytes },
  address: URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>], { type: 'image/png' })),
});
