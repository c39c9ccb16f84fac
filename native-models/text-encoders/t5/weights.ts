import type { TensorShape } from '../../tensor/tensor.ts';
import type { T5Config } from './config.ts';

/** Keys of the full encoder-decoder file that the encoder does not need. */
export const ignoredT5Tensors = [/^decoder\./, /^lm_head\./, /^encoder\.embed_tokens\.weight$/];

/** Names under which published files may store the token table. */
export const t5Aliases: Readonly<Record<string, readonly string[]>> = {
  'shared.weight': ['encoder.embed_tokens.weight'],
};

/** Every tensor of the encoder by its published name (editar.md section 6). */
export function t5Tensors(config: T5Config): TensorShape[] {
  const { dModel, dFf, heads, dKv, buckets } = config;
  const inner = heads * dKv;
  const tensors: TensorShape[] = [
    { name: 'shared.weight', dims: [config.vocab, dModel] },
    { name: 'encoder.final_layer_norm.weight', dims: [dModel] },
    { name: 'encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight', dims: [buckets, heads] },
  ];
  for (let i = 0; i < config.layers; i++) {
    const block = `encoder.block.${i}`;
    tensors.push(
      { name: `${block}.layer.0.layer_norm.weight`, dims: [dModel] },
      ...['q', 'k', 'v'].map((part) => ({
        name: `${block}.layer.0.SelfAttention.${part}.weight`,
        dims: [inner, dModel],
      })),
      { name: `${block}.layer.0.SelfAttention.o.weight`, dims: [dModel, inner] },
      { name: `${block}.layer.1.layer_norm.weight`, dims: [dModel] },
      { name: `${block}.layer.1.DenseReluDense.wi_0.weight`, dims: [dFf, dModel] },
      { name: `${block}.layer.1.DenseReluDense.wi_1.weight`, dims: [dFf, dModel] },
      { name: `${block}.layer.1.DenseReluDense.wo.weight`, dims: [dModel, dFf] },
    );
  }
  return tensors;
}
