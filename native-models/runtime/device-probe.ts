import type { HostTensor } from './host-tensor.ts';
import { openSession } from './open.ts';
import type { Backend, Device, Session } from './session.ts';
import { checkVulkanLoader } from './vulkan.ts';

// softmax(a [n, k] · b [k, m]) → y; written by the graph builder, see device-probe.test.ts
export const probeModel =
  'CAoSDWVkaXRhci1zdHVkaW86vgEKKQoBYQoBYhIQL01hdE11bC9vdXRwdXRfMBoHL01hdE11bCIGTWF0TXVsCj4KEC9NYXRNdWwvb3V0cHV0XzASAXkaCC9Tb2Z0bWF4IgdTb2Z0bWF4KhQKBGF4aXMY////////////AaABAhIMZGV2aWNlLXByb2JlWhUKAWESEAoOCAESCgoDEgFuCgMSAWtaFQoBYhIQCg4IARIKCgMSAWsKAxIBbWIVCgF5EhAKDggBEgoKAxIBbgoDEgFtQgIQFUIRCg1jb20ubWljcm9zb2Z0EAE=';

const ramp = (rows: number, columns: number, step: number): HostTensor => ({
  dtype: 'f32',
  dims: [rows, columns],
  data: Float32Array.from({ length: rows * columns }, (_, i) => ((i * step) % 17) / 17 - 0.5),
});

function softmaxOfProduct(a: HostTensor, b: HostTensor): Float32Array {
  const [rows, depth] = a.dims;
  const columns = b.dims[1];
  const y = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    let total = 0;
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      for (let k = 0; k < depth; k++) sum += Number(a.data[row * depth + k]) * Number(b.data[k * columns + column]);
      total += y[row * columns + column] = Math.exp(sum);
    }
    for (let column = 0; column < columns; column++) y[row * columns + column] /= total;
  }
  return y;
}

async function isCorrect(session: Session): Promise<boolean> {
  const [a, b] = [ramp(5, 48, 3), ramp(48, 7, 5)];
  const expected = softmaxOfProduct(a, b);
  const { y } = await session.run({ a, b });
  return expected.every((value, i) => Math.abs(value - Number(y.data[i])) < 1e-3);
}

async function milliseconds(session: Session): Promise<number> {
  const [a, b] = [ramp(512, 512, 3), ramp(512, 512, 5)];
  let best = Infinity;
  for (let i = 0; i < 4; i++) {
    const start = performance.now();
    await session.run({ a, b });
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

/** What a device made of the self-test. */
export interface ProbeResult {
  readonly backend: Backend;
  readonly isCorrect: boolean;
  readonly ms: number; // best of a few products of 512 × 512 matrices, transfers included
}

/** Runs a tiny graph whose answer is known. @param index which of several of its kind. Throws as `openSession`. */
export async function probeDevice(device: Device, index = 0): Promise<ProbeResult> {
  if (device === 'webgpu') await checkVulkanLoader();
  await using session = await openSession(Buffer.from(probeModel, 'base64'), { device, deviceIndex: index });
  return { backend: session.backend, isCorrect: await isCorrect(session), ms: await milliseconds(session) };
}
