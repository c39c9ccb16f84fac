/** A dense fp32 tensor in row-major order. */
export interface FloatTensor {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/** Number of elements of a shape; 1 for a scalar. */
export const elementCount = (dims: readonly number[]): number => dims.reduce((product, dim) => product * dim, 1);

/** What a checkpoint must hold under a name. */
export interface TensorShape {
  readonly name: string;
  readonly dims: readonly number[];
}
