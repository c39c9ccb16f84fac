import type { TensorShape } from '../../tensor/tensor.ts';
import { imageTokens } from './config.ts';
import type { TransformerConfig } from './config.ts';

/** Training-only tensors of a published file. */
export const ignoredTransformerTensors = [/^alignment\./];

/** Every tensor that inference needs, by its published name (editar.md section 4): 259 for the released model. */
export function transformerTensors(config: TransformerConfig): TensorShape[] {
  const { dim, ffnHidden, vocab, textTokens, captionDim } = config;
  const tensors: TensorShape[] = [
    { name: 'tok_embeddings.weight', dims: [vocab, dim] },
    { name: 'cls_embedding.cap_proj.fc1.weight', dims: [dim, captionDim] },
    { name: 'cls_embedding.cap_proj.fc2.weight', dims: [dim, dim] },
    { name: 'cls_embedding.uncond_embedding', dims: [textTokens, captionDim] },
    { name: 'img_uncond_embedding', dims: [imageTokens(config), dim] },
    { name: 'norm.weight', dims: [dim] },
    { name: 'output.weight', dims: [vocab, dim] },
  ];
  for (let i = 0; i < config.layers; i++) {
    tensors.push(
      { name: `layers.${i}.attention.wqkv.weight`, dims: [3 * dim, dim] },
      { name: `layers.${i}.attention.wo.weight`, dims: [dim, dim] },
      { name: `layers.${i}.feed_forward.w1.weight`, dims: [ffnHidden, dim] },
      { name: `layers.${i}.feed_forward.w3.weight`, dims: [ffnHidden, dim] },
      { name: `layers.${i}.feed_forward.w2.weight`, dims: [dim, ffnHidden] },
      { name: `layers.${i}.attention_norm.weight`, dims: [dim] },
      { name: `layers.${i}.ffn_norm.weight`, dims: [dim] },
    );
  }
  return tensors;
}
