import type { TensorShape } from '../../../tensor/tensor.ts';
import { levelChannels } from './config.ts';
import type { VqConfig } from './config.ts';

/** Keys that a published file may hold and that inference does not need. */
export const ignoredVqTensors = [/^quantize\.codebook_used$/, /^(loss|discriminator|optimizer)/];

/** Every tensor of the tokenizer, by its published name (editar.md 3.3). */
export function vqTensors(config: VqConfig): TensorShape[] {
  const top = config.chMult.length - 1;
  const width = levelChannels(config, top);
  return [
    ...encoderTensors(config),
    ...decoderTensors(config),
    ...conv('quant_conv', config.zChannels, config.codebookDim, 1),
    ...conv('post_quant_conv', config.codebookDim, config.zChannels, 1),
    ...conv('encoder.conv_out', width, config.zChannels, 3),
    { name: 'quantize.embedding.weight', dims: [config.codebookSize, config.codebookDim] },
  ];
}

function encoderTensors(config: VqConfig): TensorShape[] {
  const top = config.chMult.length - 1;
  const tensors = conv('encoder.conv_in', 3, config.ch, 3);
  let from = config.ch;
  for (let level = 0; level <= top; level++) {
    const to = levelChannels(config, level);
    const block = `encoder.conv_blocks.${level}`;
    for (let i = 0; i < config.numResBlocks; i++) {
      tensors.push(...resBlock(`${block}.res.${i}`, i === 0 ? from : to, to));
      if (level === top) tensors.push(...attention(`${block}.attn.${i}`, to));
    }
    if (level < top) tensors.push(...conv(`${block}.downsample.conv`, to, to, 3));
    from = to;
  }
  return [...tensors, ...mid('encoder', from), ...norm('encoder.norm_out', from)];
}

function decoderTensors(config: VqConfig): TensorShape[] {
  const top = config.chMult.length - 1;
  const width = levelChannels(config, top);
  const tensors = [...conv('decoder.conv_in', config.zChannels, width, 3), ...mid('decoder', width)];
  let from = width;
  for (let index = 0; index <= top; index++) {
    const to = levelChannels(config, top - index);
    const block = `decoder.conv_blocks.${index}`;
    for (let i = 0; i <= config.numResBlocks; i++) {
      tensors.push(...resBlock(`${block}.res.${i}`, i === 0 ? from : to, to));
      if (index === 0) tensors.push(...attention(`${block}.attn.${i}`, to));
    }
    if (index < top) tensors.push(...conv(`${block}.upsample.conv`, to, to, 3));
    from = to;
  }
  return [...tensors, ...norm('decoder.norm_out', from), ...conv('decoder.conv_out', from, 3, 3)];
}

const norm = (name: string, channels: number): TensorShape[] => [
  { name: `${name}.weight`, dims: [channels] },
  { name: `${name}.bias`, dims: [channels] },
];

const conv = (name: string, from: number, to: number, kernel: number): TensorShape[] => [
  { name: `${name}.weight`, dims: [to, from, kernel, kernel] },
  { name: `${name}.bias`, dims: [to] },
];

const resBlock = (name: string, from: number, to: number): TensorShape[] => [
  ...norm(`${name}.norm1`, from),
  ...conv(`${name}.conv1`, from, to, 3),
  ...norm(`${name}.norm2`, to),
  ...conv(`${name}.conv2`, to, to, 3),
  ...(from === to ? [] : conv(`${name}.nin_shortcut`, from, to, 1)),
];

const attention = (name: string, channels: number): TensorShape[] => [
  ...norm(`${name}.norm`, channels),
  ...['q', 'k', 'v', 'proj_out'].flatMap((part) => conv(`${name}.${part}`, channels, channels, 1)),
];

const mid = (side: string, channels: number): TensorShape[] => [
  ...resBlock(`${side}.mid.0`, channels, channels),
  ...attention(`${side}.mid.1`, channels),
  ...resBlock(`${side}.mid.2`, channels, channels),
];
