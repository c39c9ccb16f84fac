import type { Capabilities, EditInput, EditModel, EditOptions, RgbImage, Sampling } from '../../api.ts';
import { tasks } from '../../api.ts';
import { NextTokenRun, seededPick } from '../../decode/next-token.ts';
import { ModelError } from '../../errors.ts';
import type { Session } from '../../runtime/session.ts';
import { asFloats, wholeNumbers } from '../../runtime/host-tensor.ts';
import type { DecoderSession } from '../../runtime/decoder-session.ts';
import type { FloatTensor } from '../../tensor/tensor.ts';
import type { VqCodec, WholePicture } from '../../tokenizers/image/vq/codec.ts';
import type { T5Tokenizer } from '../../tokenizers/text/t5-tokenizer.ts';
import { imageTokens } from './config.ts';
import type { TransformerConfig } from './config.ts';
import { EditarRun } from './edit-run.ts';
import { GuidedDecoder } from './guided-decoder.ts';
import type { TextRows } from './guided-decoder.ts';
import { cacheLayout, textSlotsFor } from './cache-layout.ts';
import { PrefixCache } from './prefix.ts';
import { promptFor } from './prompts.ts';
import { TransformerRunner } from './transformer-runner.ts';

/** What an EditAR model consists of once it is opened. Disposed with the model. */
export interface EditarParts {
  readonly config: TransformerConfig;
  readonly imageSize: number;
  readonly samplingDefaults: Sampling;
  readonly device: EditModel['device'];
  readonly tokenizer: T5Tokenizer;
  readonly textEncoder: Session;
  readonly textAdapter: Session;
  readonly transformer: DecoderSession;
  readonly codec: VqCodec;
}

const maxVariants = 8;

/** What is known of the last condition picture. */
interface Source {
  readonly image: RgbImage;
  readonly ids: Int32Array;
  decoded?: Promise<WholePicture>;
}

/** An opened EditAR model. */
export class EditarModel implements EditModel {
  readonly capabilities: Capabilities;
  readonly samplingDefaults: Sampling;
  readonly device: EditModel['device'];
  readonly #parts: EditarParts;
  readonly #prefix: PrefixCache;
  #uncond: FloatTensor | undefined;
  #source: Source | undefined;
  #busy = false;

  constructor(parts: EditarParts) {
    const { config, imageSize } = parts;
    this.#parts = parts;
    this.samplingDefaults = parts.samplingDefaults;
    this.device = parts.device;
    this.capabilities = { tasks, imageSize, grid: config.grid, vocab: config.vocab, maxVariants };
    const layout = cacheLayout(config, textSlotsFor(parts.transformer));
    const runner = new TransformerRunner(parts.transformer, config, layout);
    this.#prefix = new PrefixCache(runner, layout);
  }

  async begin(input: EditInput, options: EditOptions, signal?: AbortSignal): Promise<EditarRun> {
    this.#check(input, options);
    if (this.#busy) throw new Error('an edit is already in progress on this model');
    this.#busy = true;
    try {
      return await this.#begin(input, options, signal);
    } catch (error) {
      this.#busy = false;
      throw error;
    }
  }

  async #begin(input: EditInput, options: EditOptions, signal?: AbortSignal): Promise<EditarRun> {
    const clock = new Clock();
    const source = await this.#encode(input.image, signal);
    const encodeMs = clock.lap();
    const { unknownWords, ...text } = await this.#readText(promptFor(input.task, input.instruction), signal);
    const textMs = clock.lap();
    const guidance = { pictures: options.variants, cfg: options.cfg };
    const { decoder, logits } = await GuidedDecoder.begin(this.#prefix, source.ids, text, guidance, signal);
    const prefillMs = clock.lap();
    const locked = source.ids.map((id, cell) => lockedId(input.locked?.[cell] ?? null, id));
    const lockedIds = Array.from(locked, (id) => (id < 0 ? null : id));
    const { topK, topP, temperature, seed, firstVariant } = options;
    return new EditarRun({
      tokens: new NextTokenRun(decoder, logits, lockedIds, seededPick({ topK, topP, temperature }, seed, firstVariant)),
      codec: this.#parts.codec,
      grid: this.#parts.config.grid,
      sourceIds: source.ids,
      unknownWords,
      locked: lockedIds,
      isSourceBlack: source.image.data.every((value) => value === 0),
      timings: { encodeMs, textMs, prefillMs },
      decodeSource: () => this.#decodeSource(source),
      onDispose: () => {
        this.#busy = false;
      },
    });
  }

  /** The same picture is not encoded twice in a row. */
  async #encode(image: RgbImage, signal?: AbortSignal): Promise<Source> {
    if (this.#source && Buffer.compare(this.#source.image.data, image.data) === 0) return this.#source;
    this.#source = { image, ids: await this.#parts.codec.encode(image, signal) };
    return this.#source;
  }

  #decodeSource(source: Source): Promise<WholePicture> {
    source.decoded ??= this.#parts.codec.decode(source.ids, this.#parts.config.grid);
    return source.decoded;
  }

  async #readText(prompt: string, signal?: AbortSignal): Promise<TextRows & { unknownWords: readonly string[] }> {
    const { tokenizer, textEncoder, textAdapter, config } = this.#parts;
    const { ids, mask, unknownWords } = tokenizer.encode(prompt, config.textTokens);
    const row = [1, ids.length];
    const feeds = { input_ids: wholeNumbers(ids, row), attention_mask: wholeNumbers(mask, row) };
    const { last_hidden_state: rows } = await textEncoder.run(feeds, undefined, { signal });
    const wanted = this.#uncond ? ['cond'] : ['cond', 'uncond'];
    const { cond, uncond } = await textAdapter.run({ rows }, wanted, { signal });
    this.#uncond ??= asFloats(uncond);
    return { cond: asFloats(cond), uncond: this.#uncond, unknownWords };
  }

  #check({ image, task, instruction, locked }: EditInput, options: EditOptions): void {
    const { imageSize, grid, vocab } = this.capabilities;
    const problems: string[] = [];
    if (image.width !== imageSize || image.height !== imageSize)
      problems.push(`the picture is ${image.width} × ${image.height} instead of ${imageSize} × ${imageSize}`);
    if (image.data.length !== image.width * image.height * 3)
      problems.push('the picture has not three bytes per pixel');
    if (!this.capabilities.tasks.includes(task)) problems.push(`task ${task} is unknown`);
    if (task === 'edit' && instruction.trim() === '') problems.push('the instruction is empty');
    if (locked && locked.length !== grid * grid)
      problems.push(`${locked.length} locked cells instead of ${imageTokens(this.#parts.config)}`);
    if (locked?.some((id) => typeof id === 'number' && !(Number.isInteger(id) && id >= 0 && id < vocab)))
      problems.push(`a locked id is not between 0 and ${vocab - 1}`);
    problems.push(...optionProblems(options));
    if (problems.length > 0) throw new ModelError('invalid-input', problems.join('; '), { problems });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { textEncoder, textAdapter, transformer, codec } = this.#parts;
    this.#prefix[Symbol.dispose]();
    const parts = [textEncoder, textAdapter, transformer, codec];
    await Promise.all(parts.map((part) => part[Symbol.asyncDispose]()));
  }
}

/** -1 stands for a cell that the model chooses. */
const lockedId = (lock: number | 'source' | null, sourceId: number): number =>
  lock === null ? -1 : lock === 'source' ? sourceId : lock;

function optionProblems(options: EditOptions): string[] {
  const { cfg, temperature, topK, topP, seed, variants, firstVariant = 0 } = options;
  const problems: string[] = [];
  const expect = (holds: boolean, what: string): void => void (holds || problems.push(what));
  expect(cfg >= 0 && cfg <= 100, `guidance ${cfg} is not between 0 and 100`);
  expect(temperature >= 0 && temperature <= 100, `temperature ${temperature} is not between 0 and 100`);
  expect(Number.isInteger(topK) && topK >= 0, `top-k ${topK} is not 0 or a positive whole number`);
  expect(topP > 0 && topP <= 1, `top-p ${topP} is not above 0 and at most 1`);
  expect(Number.isSafeInteger(seed) && seed >= 0, `seed ${seed} is not a whole number from 0 to 2^53 - 1`);
  const variantsFit = Number.isInteger(variants) && variants >= 1 && variants <= maxVariants;
  expect(variantsFit, `${variants} variants: 1 to ${maxVariants} are possible`);
  expect(Number.isInteger(firstVariant) && firstVariant >= 0, `first variant ${firstVariant} is not 0 or above`);
  return problems;
}

/** Milliseconds between laps. */
class Clock {
  #last = performance.now();

  lap(): number {
    const now = performance.now();
    const ms = now - this.#last;
    this.#last = now;
    return ms;
  }
}
