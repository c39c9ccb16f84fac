import { ExternalData } from '../onnx/external-data.ts';
import { GraphBuilder } from '../onnx/graph.ts';
import { openSession } from '../runtime/open.ts';
import { yieldToEventLoop } from '../tensor/yield.ts';
import type { HostTensor } from '../runtime/host-tensor.ts';
import { timed } from './statistics.ts';

const bytes = 512 * 2 ** 20; // far beyond any cache
const rows = 64;

/** Bytes per second that all threads of the runtime together read from memory: the largest of ten passes over half a gibibyte, because
 * a neighbour on the machine can only slow a pass down. Every row's largest value is looked for: one load per value and
 * next to no arithmetic. */
export class BandwidthMeter implements AsyncDisposable {
  #feed: HostTensor | undefined;
  #session: ReturnType<typeof openSession> | undefined;

  async measure(passes = 10): Promise<number> {
    this.#session ??= openSession(readingGraph(), { device: 'cpu' });
    const session = await this.#session;
    const values = (this.#feed ??= await filled());
    const times: number[] = [];
    for (let i = 0; i < passes; i++) times.push(await timed(() => session.run({ values })));
    return bytes / (Math.min(...times) / 1000);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#session)?.[Symbol.asyncDispose]();
  }
}

/** Values written between two turns of the event loop: a mebibyte, whose pages the system may have to find first. */
const valuesPerPiece = 2 ** 18;

/** Ones rather than zeros: pages that were never written are all the same page. */
async function filled(): Promise<HostTensor> {
  const data = new Float32Array(bytes / 4);
  for (let from = 0; from < data.length; from += valuesPerPiece) {
    data.fill(1, from, from + valuesPerPiece);
    await yieldToEventLoop();
  }
  return { dtype: 'f32', dims: [rows, data.length / rows], data };
}

function readingGraph(): Uint8Array {
  const g = new GraphBuilder('bandwidth', new ExternalData('none'));
  const values = g.input('values', 'f32', [rows, 'columns']);
  const largest = g.node('/ReduceMax', 'ReduceMax', [values, g.ints(1)], { attributes: { keepdims: { int: 0 } } });
  g.output('largest', largest, 'f32', [rows]);
  return g.toModel();
}
