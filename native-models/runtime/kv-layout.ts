import { ModelError } from '../errors.ts';
import type { HostDtype, TensorInfo } from './host-tensor.ts';

/** One key or value tensor of a graph that keeps its past outside: the input it is read from, the output it returns by. */
export interface KvTensor {
  readonly input: string; // past_key_values.{layer}.key or .value
  readonly output: string; // present.… or present_rows.…
  readonly dtype: HostDtype;
  readonly heads: number;
  readonly headDim: number; // elements; half the real one for packed 4-bit values
}

/** Key and value of layer 0, of layer 1, and so on. */
export interface KvLayout {
  /** `in-place`: outputs `present.{i}.key` are the whole cache [B, H, capacity, D] and may share the input's memory.
   * `rows`: outputs `present_rows.{i}.key` are the new positions only [B, H, S, D], for the host to write. */
  readonly form: 'in-place' | 'rows';
  readonly tensors: readonly KvTensor[];
}

const pastName = /^past_key_values\.(\d+)\.(key|value)$/;

/** Whether an input or output belongs to the cache rather than to the caller. */
export const isKvName = (name: string): boolean =>
  /^(past_key_values|present|present_rows)\.\d+\.(key|value)$/.test(name);

function kvTensor(graph: string, prefix: string, input: TensorInfo, outputs: ReadonlySet<string>): KvTensor {
  const [, layer, part] = pastName.exec(input.name)!;
  const output = `${prefix}.${layer}.${part}`;
  const [, heads, , headDim] = input.dims;
  if (!outputs.has(output))
    throw new ModelError('pack-invalid', `${graph} has no output "${output}"`, { graph, output });
  if (input.dims.length !== 4 || typeof heads !== 'number' || typeof headDim !== 'number')
    throw new ModelError(
      'pack-invalid',
      `${graph}: "${input.name}" must be [rows, heads, positions, head size], not [${input.dims.join(', ')}]`,
      {
        graph,
        input: input.name,
      },
    );
  return { input: input.name, output, dtype: input.dtype, heads, headDim };
}

/** Reads the cache's shape from a graph's own inputs and outputs. Throws `pack-invalid` naming what does not match. */
export function readKvLayout(graph: string, inputs: readonly TensorInfo[], outputs: readonly TensorInfo[]): KvLayout {
  const names = new Set(outputs.map((output) => output.name));
  const form = names.has('present_rows.0.key') ? 'rows' : 'in-place';
  const prefix = form === 'rows' ? 'present_rows' : 'present';
  const past = new Map(inputs.filter((input) => pastName.test(input.name)).map((input) => [input.name, input]));
  const tensors: KvTensor[] = [];
  for (let layer = 0; tensors.length < past.size; layer++)
    for (const part of ['key', 'value']) {
      const input = past.get(`past_key_values.${layer}.${part}`);
      if (!input)
        throw new ModelError('pack-invalid', `${graph} has no input "past_key_values.${layer}.${part}"`, { graph });
      tensors.push(kvTensor(graph, prefix, input, names));
    }
  if (tensors.length === 0) throw new ModelError('pack-invalid', `${graph} has no past_key_values inputs`, { graph });
  return { form, tensors };
}
