import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';

// The bundled script between main and page, with as much of a sandbox and a window as it uses.

type Listener = (event: object) => void;

function load() {
  const [fromMain, fromPage] = [new Map<string, Listener>(), new Map<string, Listener>()];
  const [toMain, toPage]: [unknown[][], unknown[][]] = [[], []];
  const window = {
    location: { origin: 'app://editar' },
    postMessage: (...args: unknown[]) => void toPage.push(args),
    addEventListener: (name: string, listener: Listener) => void fromPage.set(name, listener),
  };
  const electron = {
    ipcRenderer: {
      send: (...args: unknown[]) => void toMain.push(args),
      on: (channel: string, listener: Listener) => void fromMain.set(channel, listener),
    },
    webUtils: { getPathForFile: ({ path = '' }: { path?: string }) => path },
  };
  const required: string[] = [];
  const require = (name: string): typeof electron => {
    required.push(name);
    return electron;
  };
  const bundle = fileURLToPath(new URL(join('..', '..', 'out', 'preload.cjs'), import.meta.url));
  runInNewContext(readFileSync(bundle, 'utf8'), { window, require, module: { exports: {} }, exports: {} });
  return { fromMain, fromPage, toMain, toPage, window, required };
}

test('it needs nothing but electron: a sandbox gives it no more', () => {
  expect(load().required).toEqual(['electron']);
});

test('ports go on to the page, under the name they came with and to our origin alone', () => {
  const { fromMain, toPage } = load();
  expect([...fromMain.keys()]).toEqual(['engine-port', 'shell-port']);
  for (const [channel, hear] of fromMain) hear({ ports: [channel] });
  expect(toPage).toEqual([
    ['engine-port', 'app://editar', ['engine-port']],
    ['shell-port', 'app://editar', ['shell-port']],
  ]);
});

test('main hears that the page is ready from the page itself, and nothing else it may say', () => {
  const { fromPage, toMain, window } = load();
  const say = fromPage.get('message')!;
  say({ source: {}, data: 'page-ready' }); // of a frame
  say({ source: window, data: 'open-port' });
  say({ source: window, data: { toString: () => 'page-ready' } });
  expect(toMain).toEqual([]);
  say({ source: window, data: 'page-ready' });
  expect(toMain).toEqual([['page-ready']]);
});

test('main hears where files lie that a person dropped, and nothing that a script makes up', () => {
  const { fromPage, toMain } = load();
  const drop = fromPage.get('drop')!;
  const files = [{ path: '/photos/a.png' }, {}];
  drop({ isTrusted: false, dataTransfer: { files } });
  drop({ isTrusted: true, dataTransfer: { files: [] } }); // text
  drop({ isTrusted: true, dataTransfer: null });
  expect(toMain).toEqual([]);
  drop({ isTrusted: true, dataTransfer: { files } });
  expect(toMain).toEqual([['dropped', ['/photos/a.png', '']]]); // the second lies nowhere
});
