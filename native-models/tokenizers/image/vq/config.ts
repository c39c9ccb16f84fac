/** Numbers of a VQ image tokenizer with LlamaGen's VQ-16 layout, at any width and depth. */
export interface VqConfig {
  readonly ch: number; // channels at full resolution
  readonly chMult: readonly number[]; // width of each level relative to `ch`, full resolution first
  readonly numResBlocks: number; // per encoder level; a decoder level has one more
  readonly zChannels: number;
  readonly codebookSize: number;
  readonly codebookDim: number;
  readonly groups: number; // of every GroupNorm
  readonly normEps: number;
}

/** The released tokenizer `vq_ds16_t2i.pt` (editar.md section 3). */
export const vq16: VqConfig = {
  ch: 128,
  chMult: [1, 1, 2, 2, 4],
  numResBlocks: 2,
  zChannels: 256,
  codebookSize: 16384,
  codebookDim: 8,
  groups: 32,
  normEps: 1e-6,
};

/** Channels of a level. */
export const levelChannels = (config: VqConfig, level: number): number => config.ch * config.chMult[level];

/** Pixels per token along one axis. */
export const downscale = (config: VqConfig): number => 2 ** (config.chMult.length - 1);
