import type { DecoderSession } from '../../runtime/decoder-session.ts';
import { imageTokens } from './config.ts';
import type { TransformerConfig } from './config.ts';

/** Cache positions where things lie. */
export interface CacheLayout {
  readonly text: number; // first text position
  /** Positions that stand for the text once it is collapsed; 0 where every text position is kept. */
  readonly textSlots: number;
  readonly output: number; // position of output cell 0
  readonly capacity: number;
}

/** Places the picture first, then the text, then the output, whose last cell is never fed. A collapsed text leaves its unused
 * positions to the output. */
export function cacheLayout(config: TransformerConfig, textSlots: number): CacheLayout {
  const text = imageTokens(config);
  const output = text + (textSlots === 0 ? config.textTokens : textSlots);
  return { text, textSlots, output, capacity: Math.max(text + config.textTokens, output + imageTokens(config) - 1) };
}

/** One slot is exact in fp32. Integers cannot hold the mean of the text's values exactly, and that one slot weighs as much as all
 * the text, so several slots share it: their mean is as fine as a fraction of one step. In device memory the host cannot
 * collapse anything. */
export function textSlotsFor({ device, layout }: DecoderSession): number {
  if (device !== 'cpu') return 0;
  return layout.tensors[0].dtype === 'i8' ? 8 : 1;
}
