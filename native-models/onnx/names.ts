// Names follow /part/layers.0/attention/q_proj/MatMul; a value is called after the node that makes it.

/** Joins name parts with slashes, starting at the root. */
export const path = (...parts: readonly (string | number)[]): string => `/${parts.join('/')}`.replace('//', '/');

/** Name of the n-th output of a node. */
export const outputName = (node: string, index: number): string => `${node}/output_${index}`;
