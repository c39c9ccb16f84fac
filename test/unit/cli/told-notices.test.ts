import { expect, test } from 'vitest';
import { ToldNotices } from '../../../electron/cli/told-notices.ts';

test('what is said of many pictures is said once, and in the end of how many', () => {
  const notes: string[] = [];
  const told = new ToldNotices({ note: (line) => void notes.push(line) });
  for (const input of ['a.jpg', 'b.jpg', 'c.jpg']) told.tell({ input, state: 'done', notices: ['It is unlike.'] });
  told.tell({ input: 'b.jpg', state: 'running', notices: ['It is unlike.'] });
  told.tell({ input: 'd.gif', state: 'done', notices: ['The first frame was opened.'] });
  expect(notes).toEqual(['a.jpg: It is unlike.', 'd.gif: The first frame was opened.']);
  told.end();
  expect(notes.slice(2)).toEqual(['3 pictures: It is unlike.']);
});
