import { expect, test } from 'vitest';
import { setLayerLook } from '#common/document/layer-commands.ts';
import { documentStack } from '../../../renderer/canvas/document-stack.ts';
import { createAppState } from '../../../renderer/state/app-state.ts';
import { createLayerActions } from '../../../renderer/state/layer-actions.ts';
import { movedLayers } from '../../../renderer/state/moved-layers.ts';
import { blob, FakeHost } from '../fake-host.ts';

/** A document of a photo and three empty layers above it, `b` chosen. */
async function start() {
  const host = new FakeHost();
  const app = createAppState(host);
  host.connect();
  await expect.poll(() => app.engine.status).toBe('ready');
  await app.document.open({ blob, name: 'photo.jpg' });
  const actions = createLayerActions(app);
  const photo = app.document.layers[0]!.id;
  for (let count = 0; count < 3; count++) actions.add();
  const [a, b, c] = app.document.layers.slice(1).map(({ id }) => id) as [typeof photo, typeof photo, typeof photo];
  const named = new Map([photo, a, b, c].map((id, i) => [id, 'pabc'[i]!]));
  app.layers.choose(b);
  const letters = (list: readonly { id: typeof photo }[]): string =>
    list.map(({ id }) => named.get(id) ?? '+').join('');
  return {
    ...{ ...app, app, actions, photo, a, b, c },
    offset: (id = b) => app.document.store.require(id).offset,
    order: () => letters(app.document.layers),
    selected: () => letters(app.layers.selected),
    record: (id: typeof photo) => app.document.store.require(id),
  };
}

test('several layers are selected: one more, one less, all up to another', async () => {
  const { layers, selected, a, b, c, photo } = await start();
  expect(selected()).toBe('b');
  layers.toggle(photo);
  expect([selected(), layers.chosen?.id]).toEqual(['pb', photo]);
  layers.toggle(photo);
  expect([selected(), layers.chosen?.id]).toEqual(['b', b]);
  layers.toggle(b);
  expect(selected()).toBe('b'); // one always stays
  layers.extendTo(photo);
  expect([selected(), layers.chosen?.id]).toEqual(['pab', b]);
  layers.extendTo(c);
  expect(selected()).toBe('bc');
  layers.choose(a);
  layers.step(1);
  expect(selected()).toBe('b');
  layers.choose(c);
  layers.step(1);
  expect(selected()).toBe('c'); // there is none above
});

test('selected layers move in the order together, up and down and by a drop', async () => {
  const { actions, layers, order, a, c, photo, record } = await start();
  layers.chooseAll([a, c]);
  actions.step(layers.selected, 1);
  expect(order()).toBe('pabc'); // the upper one is on top already
  actions.step(layers.selected, -1);
  expect(order()).toBe('acpb');
  actions.dropOn([record(a)], record(photo)); // from below: above it
  expect(order()).toBe('cpab');
  actions.dropOn([record(a)], record(c)); // from above: below it
  expect(order()).toBe('acpb');
  actions.dropOn(layers.selected, record(a));
  expect(order()).toBe('acpb');
});

test('selected layers are copied and removed together; one layer always stays', async () => {
  const { actions, document, layers, order, selected, a, c } = await start();
  layers.chooseAll([a, c]);
  actions.duplicate(layers.selected);
  expect([order(), selected()]).toEqual(['pa+bc+', '++']);
  actions.remove(layers.selected);
  expect(order()).toBe('pabc');
  actions.remove(document.layers);
  expect(order()).toBe('pabc');
  document.undo();
  expect(order()).toBe('pa+bc+');
});

test('one layer is shown alone, and all of them again', async () => {
  const { actions, document, b, record } = await start();
  const shown = () => document.layers.map(({ isVisible }) => isVisible);
  actions.showAlone(record(b));
  expect(shown()).toEqual([false, false, true, false]);
  actions.showAlone(record(b));
  expect(shown()).toEqual([true, true, true, true]);
});

test('a drag is seen on the way and one step to undo; giving it up changes nothing', async () => {
  const { app, document, moves, offset, b } = await start();
  const seen = () => moves.laidOver(documentStack(document.store)).layers.find(({ id }) => id === b)!.offset;
  const moving = movedLayers(app);
  const first = moving.begin('layers')!;
  first.to({ x: 10.4, y: -3.6 });
  expect([seen(), offset()]).toEqual([
    { x: 10, y: -4 },
    { x: 0, y: 0 },
  ]);
  expect(moving.bounds).toMatchObject([{ x: 10, y: -4 }]);
  await first.end();
  expect([seen(), offset(), document.undoName]).toEqual([{ x: 10, y: -4 }, { x: 10, y: -4 }, 'Move layer']);
  const second = moving.begin('layers')!;
  second.to({ x: 1, y: 1 });
  second.cancel();
  await moving.begin('layers')!.end(); // pressed and let go
  expect(seen()).toEqual({ x: 10, y: -4 });
  document.undo();
  expect(offset()).toEqual({ x: 0, y: 0 });
});

test('from far away layers come to lie on every fourth pixel, along the way they go', async () => {
  const { app, canvas, offset } = await start();
  canvas.viewport.setPicture({ width: 4000, height: 3000 });
  canvas.viewport.zoomTo(0.2);
  const carry = movedLayers(app).begin('layers')!;
  carry.to({ x: 9, y: 0 });
  await carry.end();
  expect(offset()).toEqual({ x: 8, y: 0 });
});

test('nudges that follow each other are one step to undo', async () => {
  const { app, document, layers, offset, moves, a, record } = await start();
  await moves.nudge(layers.selected, { x: 1, y: 0 });
  await moves.nudge(layers.selected, { x: 1, y: 0 });
  document.act('Other', (store) => setLayerLook(store, a, { opacity: 0.5 }));
  await moves.nudge(layers.selected, { x: 0, y: 10 });
  expect(offset()).toEqual({ x: 2, y: 10 });
  document.undo();
  expect(offset()).toEqual({ x: 2, y: 0 });
  document.undo();
  document.undo();
  expect(offset()).toEqual({ x: 0, y: 0 });
  layers.choose(a);
  movedLayers(app).nudge({ x: 5, y: 5 });
  await expect.poll(() => record(a).offset).toEqual({ x: 5, y: 5 });
});

test('a locked layer stays, and the person hears why', async () => {
  const { app, actions, problems, layers, record, b, c } = await start();
  actions.switchLock(record(b));
  layers.chooseAll([b, c]);
  expect(movedLayers(app).begin('layers')).toBeUndefined();
  expect(problems.list.at(-1)?.title).toContain('is locked. Unlock it to move it.');
});

test('copies are moved away from what they are of, as one step to undo; giving it up leaves none', async () => {
  const { app, actions, document, order, selected, offset, b } = await start();
  const given = movedLayers(app).begin('copies')!;
  expect([order(), selected()]).toEqual(['pab+c', '+']);
  given.to({ x: 3, y: 4 });
  given.cancel();
  expect([order(), selected(), document.undoName]).toEqual(['pabc', 'b', 'New layer']);
  const carry = movedLayers(app).begin('copies')!;
  carry.to({ x: 3, y: 4 });
  await carry.end();
  const copy = app.layers.chosen!.id;
  expect([offset(copy), offset(b), document.undoName]).toEqual([{ x: 3, y: 4 }, { x: 0, y: 0 }, 'Duplicate layer']);
  document.undo();
  expect(order()).toBe('pabc');
  actions.add();
  expect(order()).toBe('pabc+');
});
