import { z } from 'zod';
import type { PngText } from './png-chunks.ts';
import type { GenerationParameters } from './recipe-metadata.ts';

// How InvokeAI and ComfyUI note what they did in the texts of a PNG. Only what a person can read is taken from it.

/** What another program's texts tell; undefined where there are none that can be read. */
export const otherParameters = (texts: readonly PngText[]): GenerationParameters | undefined => {
  const jsonOf = (keyword: string): unknown => parseJson(texts.find((text) => text.keyword === keyword)?.text);
  return fromInvoke(jsonOf('invokeai_metadata')) ?? fromComfy(jsonOf('prompt'));
};

function parseJson(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

const zValue = z.union([z.string(), z.number()]).optional().catch(undefined);
const zText = z.string().optional().catch(undefined);

const zInvoke = z.object({
  positive_prompt: z.string(),
  negative_prompt: zText,
  seed: zValue,
  steps: zValue,
  cfg_scale: zValue,
  scheduler: zValue,
  width: zValue,
  height: zValue,
  model: z.object({ name: zText, model_name: zText }).optional().catch(undefined),
});

function fromInvoke(value: unknown): GenerationParameters | undefined {
  const found = zInvoke.safeParse(value).data;
  if (!found) return undefined;
  const { positive_prompt: prompt, negative_prompt: negative, width, height, model } = found;
  const fields = {
    ...{ Steps: found.steps, Sampler: found.scheduler, 'CFG scale': found.cfg_scale, Seed: found.seed },
    ...{ Size: width && height ? `${width}x${height}` : undefined, Model: model?.name ?? model?.model_name },
  };
  return { prompt, fields: stated(fields), ...(negative && { negativePrompt: negative }) };
}

/** A graph: inputs are values, or the number of the node they come from and which of its outputs. */
const zGraph = z.record(z.string(), z.object({ class_type: z.string(), inputs: z.record(z.string(), z.unknown()) }));
type Graph = z.infer<typeof zGraph>;
type Node = Graph[string];

const longestWay = 20; // nodes; a graph may go round in a circle

/** Of a ComfyUI graph, the first node that samples, and the texts and the checkpoint that lead to it. */
function fromComfy(value: unknown): GenerationParameters | undefined {
  const graph = zGraph.safeParse(value).data;
  const sampler = graph && Object.values(graph).find(({ inputs }) => 'positive' in inputs && 'steps' in inputs);
  if (!graph || !sampler) return undefined;
  const prompt = reach(graph, sampler, 'positive', 'text');
  if (typeof prompt !== 'string') return undefined;
  const negative = reach(graph, sampler, 'negative', 'text');
  const { steps, sampler_name: name, cfg, seed, noise_seed: noiseSeed } = sampler.inputs;
  const fields = {
    ...{ Steps: valueOf(steps), Sampler: valueOf(name), 'CFG scale': valueOf(cfg), Seed: valueOf(seed ?? noiseSeed) },
    Model: valueOf(reach(graph, sampler, 'model', 'ckpt_name')),
  };
  return {
    prompt,
    fields: stated(fields),
    ...(typeof negative === 'string' && negative !== '' && { negativePrompt: negative }),
  };
}

/** The first input `wanted` on the way back from an input of a node. */
function reach(graph: Graph, from: Node, input: string, wanted: string): unknown {
  let next = linked(graph, from.inputs[input]);
  for (let steps = 0; next && steps < longestWay; steps++) {
    const found = next.inputs[wanted];
    if (valueOf(found) !== undefined) return found;
    next = linked(graph, found ?? next.inputs[input] ?? next.inputs.conditioning);
  }
  return undefined;
}

const linked = (graph: Graph, link: unknown): Node | undefined => {
  const id: unknown = Array.isArray(link) ? link[0] : undefined;
  return typeof id === 'string' && Object.hasOwn(graph, id) ? graph[id] : undefined;
};

const valueOf = (value: unknown): string | number | undefined =>
  typeof value === 'string' || typeof value === 'number' ? value : undefined;

const stated = (fields: Readonly<Record<string, string | number | undefined>>): Record<string, string | number> =>
  Object.fromEntries(
    Object.entries(fields).filter((entry): entry is [string, string | number] => entry[1] !== undefined),
  );
