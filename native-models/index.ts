// The front door of the inference library: what the rest of the program may use.
export type * from './api.ts';
export { tasks } from './api.ts';
export { ModelError } from './errors.ts';
export type { ModelErrorCode } from './errors.ts';
export { readPack, verifyPack } from './parts/pack.ts';
export type { OpenedPack, Pack } from './parts/pack.ts';
export { buildEditarPack } from './families/editar/build.ts';
export type { BuildEditarOptions } from './families/editar/build.ts';
export { openModel } from './open-model.ts';
export { exitAtOnce } from './runtime/exit-at-once.ts';
export { modelParityCases } from './parity/cases.ts';
export type { DecodePicture, ParityResult } from './parity/result.ts';
export { leaveWhiteSquare, prepareSquare, prepareWhiteSquare, squareCrop } from './tensor/square-crop.ts';
export { bench } from './bench/index.ts';
export type { BenchOptions, BenchResult } from './bench/index.ts';
