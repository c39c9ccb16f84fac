import { ModelError } from '../errors.ts';
import type { DecoderSession } from './decoder-session.ts';
import { openFfiDecoder } from './ffi-decoder.ts';
import { openFfiSession } from './ffi-session.ts';
import { readKvLayout } from './kv-layout.ts';
import { loadOrtApi } from './ort-api.ts';
import { RowsDecoder } from './rows-decoder.ts';
import type { Backend, Session, SessionOptions } from './session.ts';
import { openStockGpuDecoder } from './stock-gpu-decoder.ts';
import { openStockSession } from './stock-session.ts';

/** The C API where it loads. `EDITAR_RUNTIME=stock` keeps away from it, for systems where it loads but misbehaves. */
async function chooseBackend(): Promise<Backend> {
  if (process.env.EDITAR_RUNTIME === 'stock') return 'stock';
  return loadOrtApi().then(
    () => 'ffi',
    () => 'stock',
  );
}

/** Opens a graph without state, from its file or from bytes.
 * Throws `pack-invalid` when the file is missing or broken, `unsupported` for operators the device lacks,
 * `device-unavailable` when the device cannot start, `out-of-memory`. */
export async function openSession(model: string | Uint8Array, options: SessionOptions = {}): Promise<Session> {
  const backend = options.backend ?? (await chooseBackend());
  return backend === 'ffi' ? openFfiSession(model, options) : openStockSession(model, options);
}

async function openStockDecoder(model: string | Uint8Array, options: SessionOptions): Promise<DecoderSession> {
  if (options.device === 'webgpu') return openStockGpuDecoder(model, options);
  const session = await openStockSession(model, options);
  try {
    const layout = readKvLayout('graph', session.inputs, session.outputs);
    if (layout.form === 'rows') return new RowsDecoder(session, layout);
    throw new ModelError(
      'unsupported',
      'without the C API of ONNX Runtime only graphs with present_rows outputs can decode',
    );
  } catch (error) {
    await session[Symbol.asyncDispose]();
    throw error;
  }
}

/** Opens a graph with `past_key_values.{i}.key/.value` inputs. Throws as `openSession`; `pack-invalid` also when past and
 * present do not match, `unsupported` also when this system can only run graphs of the `rows` form and this is none. */
export async function openDecoder(model: string | Uint8Array, options: SessionOptions = {}): Promise<DecoderSession> {
  const backend = options.backend ?? (await chooseBackend());
  return backend === 'ffi' ? openFfiDecoder(model, options) : openStockDecoder(model, options);
}
