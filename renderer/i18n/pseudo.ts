const plain = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const marked = 'åƀçđéƒĝĥîĵķļɱñöþɋŕšţûṽŵẋýžÅƁÇĐÉƑĜĤÎĴĶĻṀÑÖÞɊŔŠŢÛṼŴẊÝŽ';
const marks = new Map([...plain].map((letter, index) => [letter, [...marked][index]!]));
const growth = 0.35; // translations of short labels are about a third longer than English

/** English as a language nobody speaks: every letter marked, a third longer, in brackets. What is not in the catalogue stays plain,
 * and what is clipped loses its bracket, so both can be seen in a screenshot. Names in braces are kept. */
export function pseudo(text: string): string {
  const letters = text.split(/(\{\w+\})/).map((part) => (part.startsWith('{') ? part : [...part].map(mark).join('')));
  return `[${letters.join('')}${'·'.repeat(Math.ceil(text.length * growth))}]`;
}

const mark = (letter: string): string => marks.get(letter) ?? letter;
