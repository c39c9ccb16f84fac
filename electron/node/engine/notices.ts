import type { Point } from '#common/geometry.ts';

const longInstruction = 1000; // characters; models read some 120 words
const cut = 'The instruction is longer than the model can read; only its beginning was used.';

/** @param variant 0 is the first of those made together */
export const unchangedNotice = (variant: number): string =>
  `The model changed nothing that can be seen in picture ${variant + 1}. Say it in other words, or raise the guidance.`;

/** Undefined where nothing moved. @param by to the right and down, in pixels of the photo */
export function driftNotice({ x, y }: Point): string | undefined {
  const ways = [
    ...(x === 0 ? [] : [`${Math.abs(x)} px to the ${x > 0 ? 'right' : 'left'}`]),
    ...(y === 0 ? [] : [`${Math.abs(y)} px ${y > 0 ? 'down' : 'up'}`]),
  ];
  if (ways.length === 0) return undefined;
  return `The model moved the picture by about ${ways.join(' and ')}. Select what is to be changed, and the rest stays in its place.`;
}

/** What a model could not make sense of, and what it can do instead: its note, once. Empty where it knows everything.
 * @param unknown words that it has never seen
 * @param isUnfamiliar it reads the picture wrongly, such as a photograph where it knows rendered scenes */
export function doubtNotices(unknown: readonly string[], isUnfamiliar: boolean, note: string | undefined): string[] {
  const doubts = [...unknownWords(unknown), ...(isUnfamiliar ? [unfamiliar] : [])];
  return doubts.length === 0 ? [] : [[...doubts, ...(note === undefined ? [] : [note])].join(' ')];
}

const unfamiliar = 'This picture is unlike those that the model has learnt from, so the result may be far off.';

function unknownWords(words: readonly string[]): string[] {
  if (words.length === 0) return [];
  const quoted = words.slice(0, mostNamed).map((word) => `“${shortened(word)}”`);
  const more = words.length > mostNamed ? ' and others' : '';
  return [`This model does not know ${quoted.join(', ')}${more}, so it may have done something else.`];
}

const mostNamed = 5;
const longestWord = 30; // characters; ten thousand without a space are one word too

/** Cut between characters as people see them. */
function shortened(word: string): string {
  const characters = [...word];
  return characters.length > longestWord ? `${characters.slice(0, longestWord).join('')}…` : word;
}

/** What the person should know although the edit worked, each thing once.
 * @param notices of reading the picture, @param others of making the result */
export const noticesOf = (instruction: string, notices: readonly string[], others: readonly string[]): string[] => [
  ...new Set([...notices, ...(instruction.length > longInstruction ? [cut] : []), ...others]),
];
