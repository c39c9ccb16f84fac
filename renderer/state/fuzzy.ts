/** How well a text answers a query whose letters it holds in order: the higher the better, undefined where it does not. Letters that
 * begin a word or follow each other count more, so that `so` finds "Save … as" after "Show original".
 * @param query as typed; spaces and case do not count */
export function fuzzyScore(text: string, query: string): number | undefined {
  const [haystack, needle] = [text.toLowerCase(), query.toLowerCase().replaceAll(/\s/g, '')];
  let score = -text.length / 100; // of two that match alike, the shorter
  let from = 0;
  let last = -2;
  for (const letter of needle) {
    const at = bestPlace(haystack, letter, from, last);
    if (at < 0) return undefined;
    score += at === last + 1 ? 3 : isWordStart(haystack, at) ? 2 : 0.5;
    last = at;
    from = at + 1;
  }
  return score;
}

/** The next letter where the last one was, or the next beginning of a word, or anywhere. */
function bestPlace(text: string, letter: string, from: number, last: number): number {
  if (text[last + 1] === letter && from === last + 1) return last + 1;
  const anywhere = text.indexOf(letter, from);
  for (let at = anywhere; at >= 0; at = text.indexOf(letter, at + 1)) if (isWordStart(text, at)) return at;
  return anywhere;
}

const isWordStart = (text: string, at: number): boolean => at === 0 || /[\s(/-]/.test(text[at - 1]!);

/** Those that answer a query, the best first; all in their order for an empty one. */
export function fuzzyFilter<T>(items: readonly T[], query: string, textOf: (item: T) => string): T[] {
  const scored = items.flatMap((item) => {
    const score = fuzzyScore(textOf(item), query);
    return score === undefined ? [] : [{ item, score }];
  });
  if (query.trim() !== '') scored.sort((a, b) => b.score - a.score);
  return scored.map(({ item }) => item);
}
