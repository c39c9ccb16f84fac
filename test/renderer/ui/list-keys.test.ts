import { expect, test } from 'vitest';
import { moveInList } from '../../../renderer/components/ui/list-keys.ts';

test('arrow keys, Home and End go from row to row; with Alt they mean something else', () => {
  const list = document.createElement('ul');
  list.innerHTML =
    '<li><button class="name">a</button></li><li><button disabled class="name">b</button></li><li><button class="name">c</button></li>';
  document.body.append(list);
  const [first, , third] = list.querySelectorAll('button');
  const moved: (number | undefined)[] = [];
  list.querySelectorAll('button').forEach((button) => {
    button.addEventListener('keydown', (event) => moved.push(moveInList(event, 'button.name')));
  });
  const press = (key: string, altKey = false) =>
    document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key, altKey, bubbles: true }));
  first!.focus();
  for (const key of ['ArrowDown', 'ArrowDown', 'Home', 'ArrowUp', 'End', 'x']) press(key);
  press('ArrowUp', true);
  expect(moved).toEqual([1, 1, 0, 0, 1, undefined, undefined]);
  expect(document.activeElement).toBe(third);
  list.remove();
});
