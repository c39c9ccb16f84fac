import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readWindowState } from '../../../electron/main/window-state.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const laptop = { x: 0, y: 25, width: 1440, height: 875 }; // below the menu of macOS
const left = { x: -1920, y: 0, width: 1920, height: 1040 };

function read(state: object, screens = [laptop, left]) {
  const file = join(temporaryFolder(), 'window.json');
  writeFileSync(file, JSON.stringify({ width: 900, height: 700, isMaximized: false, ...state }));
  return readWindowState(file, screens);
}

test.each([
  ['on the main screen', { x: 100, y: 100 }],
  ['on a screen to the left', { x: -1900, y: 40 }],
  ['partly outside, with enough to take hold of', { x: 1370, y: 850 }],
])('a window %s comes back there', (_, place) => {
  expect(read(place)).toEqual({ ...place, width: 900, height: 700, isMaximized: false });
});

test.each([
  ['above every screen, although its lower half is on one', { x: 100, y: -300 }],
  ['on a screen that is not there any more', { x: 4000, y: 100 }],
  ['with a strip too narrow to take hold of', { x: 1420, y: 100 }],
])('a window %s is put where the system likes', (_, place) => {
  expect(read(place)).toEqual({ width: 900, height: 700, isMaximized: false });
});

test('a window is no larger than its screen, and no smaller than the page needs', () => {
  expect(read({ x: 0, y: 25, width: 3840, height: 2160 })).toMatchObject({ width: 1440, height: 875 });
  expect(read({ width: 3840, height: 2160 })).toMatchObject({ width: 1920, height: 1040 });
  expect(read({ width: 900, height: 700 }, [{ x: 0, y: 0, width: 600, height: 400 }])).toMatchObject({
    ...{ width: 640, height: 480 },
  });
});
