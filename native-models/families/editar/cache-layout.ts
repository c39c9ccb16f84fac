import type { DecoderSession } from '../../runtime/decoder-session.ts';
import { imageTokens } from './config.ts';
import type { TransformerConfig } from './config.ts';

/** Cache positions where things lie. */
export interface CacheLayout {
  readonly text: number; // first text position
  /** Positions that stand for the text once it is collapsed; 0 where every text position is kept. */
  readonly textSlots: 0 | 1;
  readonly output: number; // position of output cell 0
  readonly capacity: number;
}

/** Places the picture first, then the text, then the output, whose last cell is never fed. A collapsed text leaves its unused
 * positions to the output. */
export function cacheLayout(config: TransformerConfig, textSlots: 0 | 1): CacheLayout {
  const text = imageTokens(config);
  const output = text + (textSlots === 0 ? config.textTokens : textSlots);
  return { text, textSlots, output, capacity: Math.max(text + config.textTokens, output + imageTokens(config) - 1) };
}

/** One slot stands for the whole text, exactly: as a key and value in an fp32 cache, beside an int8 one as its mean value. In
 * device memory the host cannot collapse anything. */
export const textSlotsFor = ({ device }: DecoderSession): 0 | 1 => (device === 'cpu' ? 1 : 0);
