import type { DecoderSession } from './decoder-session.ts';
import { openFfiDecoder } from './ffi-decoder.ts';
import { openFfiSession } from './ffi-session.ts';
import type { Session, SessionOptions } from './session.ts';

/** Opens a graph without state, from its file or from bytes.
 * Throws `pack-invalid` when the file is missing or broken, `unsupported` for operators the device lacks,
 * `device-unavailable` when the device cannot start, `out-of-memory`. */
export function openSession(model: string | Uint8Array, options: SessionOptions = {}): Promise<Session> {
  return openFfiSession(model, options);
}

/** Opens a graph with `past_key_values.{i}.key/.value` inputs. Throws as `openSession`, and `pack-invalid` when past and
 * present do not match. */
export function openDecoder(model: string | Uint8Array, options: SessionOptions = {}): Promise<DecoderSession> {
  return openFfiDecoder(model, options);
}
