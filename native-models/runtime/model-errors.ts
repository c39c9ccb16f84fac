import { ModelError } from '../errors.ts';
import { OrtError } from './ort-api.ts';
import type { Device } from './session.ts';

// "…/core/graph/model.cc:187 Model::Model(ModelProto&&, …) " in front of what went wrong
const sourcePlace = /(?:[A-Z]:)?[\\/]\S*\.(?:cc|cpp|h):\d+ .*?\)(?: const)?(?:::<lambda\(\)>)? /g;

/** The runtime's words without the source places and C++ stacks that some messages carry. */
export function plainReason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message
    .split('\nStacktrace:')[0]
    .replaceAll(sourcePlace, '')
    .replaceAll(/\s*\n\s*/g, ' ')
    .trim();
}

// The runtime has no code of its own for failed allocations, only these words.
const isOutOfMemory = (error: OrtError): boolean =>
  /bad[ _]alloc|failed to allocate|out of memory|not enough (gpu |device )?memory/i.test(error.message);

/** What a failed open or run means to the caller; anything but an OrtError is passed through. */
export function toModelError(
  error: unknown,
  graph: string,
  device: Device,
  otherwise: 'pack-invalid' | 'device-unavailable',
): unknown {
  if (!(error instanceof OrtError)) return error;
  const reason = plainReason(error);
  const data = { graph, device, reason };
  if (isOutOfMemory(error))
    return new ModelError('out-of-memory', `${graph} does not fit into memory: ${reason}`, data, { cause: error });
  if (error.code === 'not-implemented')
    return new ModelError('unsupported', `${graph} cannot run on ${device}: ${reason}`, data, { cause: error });
  return new ModelError(otherwise, `${graph} on ${device}: ${reason}`, data, { cause: error });
}
