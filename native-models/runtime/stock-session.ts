import { access } from 'node:fs/promises';
import { basename } from 'node:path';
import type * as Ort from 'onnxruntime-node';
import { ModelError } from '../errors.ts';
import { checkFeeds, viewAs, type HostDtype, type HostTensor, type TensorInfo } from './host-tensor.ts';
import { plainReason } from './model-errors.ts';
import { RunTracker } from './run-tracker.ts';
import { sessionConfig } from './session-config.ts';
import type { Device, RunOptions, Session, SessionOptions, Tensors } from './session.ts';
import { defaultThreads } from './threads.ts';

const stockTypes: Readonly<Record<HostDtype, Ort.Tensor.Type>> = {
  f32: 'float32',
  i64: 'int64',
  i32: 'int32',
  u8: 'uint8',
  i8: 'int8',
  bool: 'bool',
  f16: 'float16',
};
const hostTypes = new Map(Object.entries(stockTypes).map(([dtype, type]) => [type as string, dtype as HostDtype]));

function tensorInfo(metadata: Ort.InferenceSession.ValueMetadata): TensorInfo {
  const dtype = metadata.isTensor ? hostTypes.get(metadata.type) : undefined;
  if (!metadata.isTensor || !dtype)
    throw new ModelError('unsupported', `"${metadata.name}" is not a tensor of a supported type`, {
      name: metadata.name,
    });
  return { name: metadata.name, dtype, dims: metadata.shape };
}

/** onnxruntime-node, loaded once and only when it is used. */
const loadStock = (): Promise<typeof Ort> => import('onnxruntime-node');

/** An open session of the stock binding with what its graph declares. */
export interface StockGraph {
  readonly ort: typeof Ort;
  readonly session: Ort.InferenceSession;
  readonly graph: string; // file name, for messages
  readonly device: Device;
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
}

/** A tensor as the stock binding takes it; its data are shared. */
export const toStock = (ort: typeof Ort, { dtype, data, dims }: HostTensor): Ort.Tensor =>
  new ort.Tensor(stockTypes[dtype], data as never, dims);

/** A tensor of the stock binding in CPU memory as ours; its data are shared. */
export function fromStock(tensor: Ort.Tensor): HostTensor {
  const dtype = hostTypes.get(tensor.type)!;
  const { buffer, byteOffset, byteLength } = tensor.data as unknown as Uint8Array;
  return { dtype, dims: tensor.dims, data: viewAs(dtype, new Uint8Array(buffer, byteOffset, byteLength)) };
}

async function createStock(
  model: string | Uint8Array,
  options: Ort.InferenceSession.SessionOptions,
  ort: typeof Ort,
): Promise<Ort.InferenceSession> {
  if (typeof model !== 'string') return ort.InferenceSession.create(model, options);
  await access(model).catch((cause: unknown) => {
    throw new ModelError('pack-invalid', `graph file "${model}" cannot be read`, { file: model }, { cause });
  });
  return ort.InferenceSession.create(model, options);
}

/** Opens a graph with the stock binding; blocks the event loop meanwhile. Throws as `openSession`. */
export async function openStockGraph(
  model: string | Uint8Array,
  options: SessionOptions,
  outputPlaces?: Readonly<Record<string, Ort.Tensor.DataLocation>>,
): Promise<StockGraph> {
  const ort = await loadStock();
  const graph = typeof model === 'string' ? basename(model) : 'graph in memory';
  const device = options.device ?? 'cpu';
  try {
    const session = await createStock(
      model,
      {
        executionProviders: [options.deviceIndex ? { name: device, deviceId: options.deviceIndex } : device],
        intraOpNumThreads: options.threads ?? defaultThreads(),
        interOpNumThreads: 1,
        enableMemPattern: false,
        logSeverityLevel: 4,
        extra: { ...sessionConfig, ...options.config },
        ...(outputPlaces && { preferredOutputLocation: outputPlaces }),
      },
      ort,
    );
    return {
      ort,
      session,
      graph,
      device,
      inputs: session.inputMetadata.map(tensorInfo),
      outputs: session.outputMetadata.map(tensorInfo),
    };
  } catch (error) {
    throw stockError(error, graph, device, 'pack-invalid');
  }
}

/** What an error of the stock binding, which has no codes, means to the caller. */
export function stockError(
  error: unknown,
  graph: string,
  device: Device,
  otherwise: 'pack-invalid' | 'device-unavailable',
): unknown {
  if (error instanceof ModelError) return error;
  const reason = plainReason(error);
  const isDevice = device !== 'cpu' && /provider|adapter|device|backend/i.test(reason);
  return new ModelError(
    isDevice ? 'device-unavailable' : otherwise,
    `${graph} on ${device}: ${reason}`,
    { graph, device, reason },
    { cause: error },
  );
}

class StockSession implements Session {
  readonly backend = 'stock';
  readonly device: Device;
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  readonly #tracker: RunTracker;

  constructor(readonly stock: StockGraph) {
    this.device = stock.device;
    this.inputs = stock.inputs;
    this.outputs = stock.outputs;
    this.#tracker = new RunTracker(`the session of ${stock.graph}`);
  }

  run(
    feeds: Tensors,
    fetch = this.outputs.map((output) => output.name),
    { signal }: RunOptions = {},
  ): Promise<Record<string, HostTensor>> {
    return this.#tracker.track(async () => {
      const { ort, session, graph } = this.stock;
      checkFeeds(graph, this.inputs, this.outputs, feeds, fetch);
      signal?.throwIfAborted();
      const stockFeeds = Object.fromEntries(
        Object.entries(feeds).map(([name, tensor]) => [name, toStock(ort, tensor)]),
      );
      try {
        const results = await session.run(stockFeeds, [...fetch]);
        signal?.throwIfAborted();
        return Object.fromEntries(fetch.map((name) => [name, fromStock(results[name])]));
      } catch (error) {
        signal?.throwIfAborted();
        throw stockError(error, graph, this.device, 'device-unavailable');
      }
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (await this.#tracker.close()) await this.stock.session.release();
  }
}

/** Opens a graph with the stock binding. Its runs block the event loop and cannot be stopped halfway. */
export async function openStockSession(model: string | Uint8Array, options: SessionOptions): Promise<Session> {
  return new StockSession(await openStockGraph(model, options));
}
