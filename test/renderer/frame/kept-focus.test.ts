import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { keepFocus } from '../../../renderer/components/frame/kept-focus.ts';

const frames = () => new Promise<void>((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())));
const find = (selector: string): HTMLElement => document.querySelector(selector)!;
const press = () => find('body').dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
const focused = () => document.activeElement?.id;

beforeEach(() => {
  document.body.innerHTML = `
    <main id="main"><section id="results"><div><button id="keep">Keep</button></div><button id="drop">Drop</button></section></main>
    <ul id="list"><li id="row"><button id="name" data-row>a</button></li><li><button id="other" data-row>b</button></li></ul>
    <div id="alone"><button id="last">x</button></div>`;
  onTestFinished(keepFocus());
});

async function takeAway(focusedId: string, removed = focusedId): Promise<void> {
  find(`#${focusedId}`).focus();
  press();
  find(`#${removed}`).remove();
  await frames();
}

test('what is taken away hands the keyboard to the part of the page around it, never to another button', async () => {
  await takeAway('keep');
  expect(focused()).toBe('results');
  expect(find('#results').tabIndex).toBe(-1);
  await takeAway('drop', 'results');
  expect(focused()).toBe('main');
});

test('what is taken away can say where to go on, as long as that is there', async () => {
  find('#keep').parentElement!.setAttribute('data-then', 'list');
  find('#last').parentElement!.setAttribute('data-then', 'nowhere');
  await takeAway('keep', 'keep');
  expect(focused()).toBe('list');
  await takeAway('last');
  expect(focused()).toBe('main');
});

test('a removed row hands it to its list, or to the row that is chosen then', async () => {
  await takeAway('name', 'row');
  expect(focused()).toBe('list');
  find('#list').insertAdjacentHTML('afterbegin', '<li id="third"><button id="c" data-row>c</button></li>');
  find('#other').parentElement!.setAttribute('aria-current', 'true');
  await takeAway('c', 'third');
  expect(focused()).toBe('other');
});

test('what stands alone hands it to where the work is, and so does what is switched off', async () => {
  await takeAway('last', 'alone');
  expect(focused()).toBe('main');
  find('#keep').focus();
  press();
  (find('#keep') as HTMLButtonElement).disabled = true;
  await frames();
  expect(focused()).toBe('results');
});

test('whoever took the focus meanwhile keeps it, and whoever points is left alone', async () => {
  find('#keep').focus();
  press();
  find('#keep').remove();
  find('#drop').focus(); // as a dialog does when it closes
  await frames();
  expect(focused()).toBe('drop');
  find('#drop').dispatchEvent(new Event('pointerdown', { bubbles: true }));
  find('#drop').remove();
  await frames();
  expect(document.activeElement).toBe(document.body);
});
