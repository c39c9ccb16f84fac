import { expect, test } from 'vitest';
import type { ItemReport } from '#common/contract/batch.ts';
import { reportCsv } from '#node/batch/report.ts';

const item = (input: string, more: Partial<ItemReport> = {}): ItemReport => ({
  ...{ index: 1, input, output: 'o.png', state: 'done', attempts: 1 },
  ...more,
});
const cell = (input: string): string =>
  reportCsv([item(input)])
    .split('\r\n')[1]!
    .slice(2, -'o.png,done,,,1,,,,,,,,'.length - 1);

test.each([
  ['a.jpg', 'a.jpg'],
  ['a,b.jpg', '"a,b.jpg"'],
  ['say "hi".jpg', '"say ""hi"".jpg"'],
  ['=cmd|calc.jpg', "'=cmd|calc.jpg"],
  ['+1.jpg', "'+1.jpg"],
  ['-1.jpg', "'-1.jpg"],
  ['@x.jpg', "'@x.jpg"],
  ['\t=1.jpg', "'\t=1.jpg"],
  [' =1,2.jpg', `"' =1,2.jpg"`],
])('%j is %j in a table', (text, expected) => {
  expect(cell(text)).toBe(expected);
});

test('a reason keeps to its line', () => {
  const failure = { code: 'disk-full', message: 'full\r\nvery', data: {} };
  expect(reportCsv([item('a.jpg', { state: 'failed', failure })])).toContain(',failed,"full\r\nvery",disk-full,1,');
});
