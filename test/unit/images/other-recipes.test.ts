import { expect, test } from 'vitest';
import { otherParameters } from '../../../electron/node/images/other-recipes.ts';

const read = (keyword: string, value: unknown) => otherParameters([{ keyword, text: JSON.stringify(value) }]);

test('what InvokeAI notes is read', () => {
  const metadata = {
    ...{ generation_mode: 'txt2img', positive_prompt: 'a red car', negative_prompt: 'rain', width: 512, height: 768 },
    ...{ seed: 7, steps: 30, cfg_scale: 7.5, scheduler: 'euler', model: { key: 'x', name: 'Dreamy', base: 'sd-1' } },
  };
  expect(read('invokeai_metadata', metadata)).toEqual({
    prompt: 'a red car',
    negativePrompt: 'rain',
    fields: { Steps: 30, Sampler: 'euler', 'CFG scale': 7.5, Seed: 7, Size: '512x768', Model: 'Dreamy' },
  });
  expect(read('invokeai_metadata', { positive_prompt: 'x', steps: {} })).toEqual({ prompt: 'x', fields: {} });
});

const graph = {
  3: {
    class_type: 'KSampler',
    inputs: {
      ...{ seed: 5, steps: 20, cfg: 8, sampler_name: 'euler', denoise: 1, latent_image: ['5', 0] },
      ...{ model: ['10', 0], positive: ['11', 0], negative: ['7', 0] },
    },
  },
  4: { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'sd15.safetensors' } },
  6: { class_type: 'CLIPTextEncode', inputs: { text: 'a red car', clip: ['4', 1] } },
  7: { class_type: 'CLIPTextEncode', inputs: { text: '', clip: ['4', 1] } },
  10: { class_type: 'LoraLoader', inputs: { lora_name: 'x', model: ['4', 0] } },
  11: { class_type: 'ControlNetApply', inputs: { conditioning: ['6', 0], strength: 1 } },
};

test('of a ComfyUI graph the texts and numbers of its sampler are read', () => {
  const fields = { Steps: 20, Sampler: 'euler', 'CFG scale': 8, Seed: 5, Model: 'sd15.safetensors' };
  expect(read('prompt', graph)).toEqual({ prompt: 'a red car', fields });
});

test('a graph that goes in a circle, or is none, tells nothing', () => {
  const circle = { ...graph, 11: { class_type: 'Loop', inputs: { conditioning: ['11', 0] } } };
  expect(read('prompt', circle)).toBeUndefined();
  for (const value of [null, 5, 'text', [], {}, { 1: {} }]) expect(read('prompt', value)).toBeUndefined();
  expect(otherParameters([{ keyword: 'prompt', text: '{' }])).toBeUndefined();
  expect(otherParameters([])).toBeUndefined();
});
