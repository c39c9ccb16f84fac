const longInstruction = 1000; // characters; models read some 120 words
const cut = 'The instruction is longer than the model can read; only its beginning was used.';

/** @param variant 0 is the first of those made together */
export const unchangedNotice = (variant: number): string =>
  `The model changed nothing that can be seen in picture ${variant + 1}. Say it in other words, or raise the guidance.`;

/** What the person should know although the edit worked, each thing once.
 * @param notices of reading the picture, @param others of making the result */
export const noticesOf = (instruction: string, notices: readonly string[], others: readonly string[]): string[] => [
  ...new Set([...notices, ...(instruction.length > longInstruction ? [cut] : []), ...others]),
];
