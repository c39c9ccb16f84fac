import type { CacheLayout } from '../families/editar/cache-layout.ts';
import type { TransformerConfig } from '../families/editar/config.ts';
import type { KvCache } from '../runtime/kv-cache.ts';
import { yieldToEventLoop } from '../tensor/yield.ts';

/** Writes the picture's keys and values over the output's positions of every row. Positions that were never written are pages of
 * zeros, which all lie in one place that the processor keeps close: reading them costs next to nothing. */
export async function fillOutput(
  cache: KvCache,
  layout: CacheLayout,
  { heads, dim }: TransformerConfig,
): Promise<void> {
  const size = dim / heads;
  const count = (cache.capacity - layout.output) * size;
  for (let layer = 0; layer < cache.layers; layer++) {
    const { key, value } = cache.layer(layer);
    for (const array of [key, value]) {
      for (let start = 0; start < array.length; start += cache.capacity * size) {
        array.copyWithin(start + layout.output * size, start, start + count);
        await yieldToEventLoop();
      }
    }
  }
}
