import type { GraphBuilder } from '../onnx/graph.ts';

/** One `.onnx` file. */
export interface PartGraph {
  readonly name: string;
  readonly build: (g: GraphBuilder) => void;
}

/** Graphs that share weights, hence one external data file, `<name>.data`. */
export interface Part {
  readonly name: string;
  readonly graphs: readonly PartGraph[];
  /** Identifies the source weights and settings: a finished part with the same fingerprint is not built again. */
  readonly fingerprint: string;
}

/** A file of a pack as `pack.json` lists it. */
export interface PackFile {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}
