/** Element types of tensors on disk and in memory. */
export type Dtype = 'f32' | 'f64' | 'f16' | 'bf16' | 'i64' | 'i32' | 'i16' | 'i8' | 'u8' | 'bool';

const bytesPerElement: Readonly<Record<Dtype, number>> = {
  f64: 8,
  i64: 8,
  f32: 4,
  i32: 4,
  f16: 2,
  bf16: 2,
  i16: 2,
  i8: 1,
  u8: 1,
  bool: 1,
};

/** Bytes of one element. */
export const dtypeBytes = (dtype: Dtype): number => bytesPerElement[dtype];
