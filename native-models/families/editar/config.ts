/** Numbers of an EditAR transformer (editar.md section 4), at any size. */
export interface TransformerConfig {
  readonly dim: number;
  readonly layers: number;
  readonly heads: number;
  readonly ffnHidden: number;
  readonly vocab: number; // image codes
  readonly grid: number; // tokens along one side of the picture
  readonly textTokens: number;
  readonly captionDim: number; // width of the text encoder's rows
  readonly normEps: number;
  readonly ropeBase: number;
}

/** The released model `editar_release.pt`. */
export const gptXl: TransformerConfig = {
  dim: 1280,
  layers: 36,
  heads: 20,
  ffnHidden: 3584,
  vocab: 16384,
  grid: 32,
  textTokens: 120,
  captionDim: 2048,
  normEps: 1e-5,
  ropeBase: 10000,
};

/** Channels of one head. */
export const headDim = (config: TransformerConfig): number => config.dim / config.heads;

/** Tokens of one picture. */
export const imageTokens = (config: TransformerConfig): number => config.grid * config.grid;

/** Positions of condition image, text and output together. */
export const totalPositions = (config: TransformerConfig): number => 2 * imageTokens(config) + config.textTokens;

/** An attention score low enough that its weight is exactly 0 beside any other, and far from overflow. */
export const masked = -1e30;
