import { expect, test } from 'vitest';
import { pageFile } from '#common/page-files.ts';

test('the root is the page itself', () => {
  expect(pageFile('/')).toEqual({ segments: ['index.html'], type: 'text/html; charset=utf-8' });
});

test('files of the page are found with their type', () => {
  expect(pageFile('/assets/main-a_B3.js')).toMatchObject({ segments: ['assets', 'main-a_B3.js'] });
});

test.each([
  '/../package.json',
  '/..%2fpackage.json',
  '/%2e%2e/package.json',
  '/assets/../../x.js',
  '/assets/..\\..\\x.js',
  '//etc/passwd.js',
  '/C:/windows/win.json',
  '/.env.json',
  '/assets/',
  '/a.exe',
  '/noextension',
  '/toString',
  '/x.constructor',
  '/a\u0000.js',
  'index.html',
])('%j is no file of the page', (path) => {
  expect(pageFile(path)).toBeUndefined();
});
