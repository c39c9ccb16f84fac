import type { DecoderSession } from '../../runtime/decoder-session.ts';
import { openDecoder } from '../../runtime/open.ts';
import type { TransformerConfig } from './config.ts';

/** Bytes of all linear layers and the head in int8. */
export const manyRowsBytes = ({ dim, layers, ffnHidden, vocab }: TransformerConfig): number =>
  layers * (4 * dim * dim + 3 * dim * ffnHidden) + dim * vocab;

/** Opens the transformer with weights for many rows, which are read where they lie in the file: packing them would take as much
 * memory again, and a prefill would be a quarter faster. */
export const openManyRows = (path: string): Promise<DecoderSession> =>
  openDecoder(path, { device: 'cpu', backend: 'ffi', config: { 'session.disable_prepacking': '1' } });
