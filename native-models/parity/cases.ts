import { checkCanny } from './canny.ts';
import { checkEditarTransformer } from './editar-transformer.ts';
import { checkEvalMetrics } from './eval-metrics.ts';
import type { DecodePicture, ParityResult } from './result.ts';
import { checkSampler } from './sampler.ts';
import { checkT5Encoder } from './t5-encoder.ts';
import { checkT5Tokenizer } from './t5-tokenizer.ts';
import { checkTorchPickle } from './torch-pickle.ts';
import { checkVq } from './vq.ts';

/** A kind of golden case: which names belong to it, and its check. The first match counts. */
export interface ParityCase {
  readonly matches: RegExp;
  readonly check: (folder: string, decodePicture: DecodePicture) => Promise<ParityResult>;
}

/** Golden cases that need nothing but this library. */
export const modelParityCases: readonly ParityCase[] = [
  { matches: /^torch-pickle/, check: checkTorchPickle },
  { matches: /^t5-tokenizer/, check: checkT5Tokenizer },
  { matches: /^t5-/, check: checkT5Encoder },
  { matches: /^vq-/, check: checkVq },
  { matches: /^editar-gpt/, check: checkEditarTransformer },
  { matches: /^sampler/, check: checkSampler },
  { matches: /^eval-metrics/, check: checkEvalMetrics },
  { matches: /^canny-/, check: checkCanny },
];
