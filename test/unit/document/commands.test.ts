import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as canvas from '#common/document/canvas-commands.ts';
import { History } from '#common/document/history.ts';
import { documentProblem } from '#common/document/integrity.ts';
import * as layers from '#common/document/layer-commands.ts';
import { conditionId, conditionKinds, maxSide, projectId, zDocumentRecord } from '#common/document/records.ts';
import type { LayerId, SelectionId, VersionId } from '#common/document/records.ts';
import * as selections from '#common/document/selection-commands.ts';
import type { DocumentStore } from '#common/document/store.ts';
import * as versions from '#common/document/version-commands.ts';
import { blob, imageOf, maskOf, smallDocument, stateOf } from './documents.ts';

const order = (store: DocumentStore): LayerId[] => store.require(projectId).layerOrder;
const made = { recipe: { instruction: 'red' }, ids: [1, 2], seed: 1, model: 'mini', title: 'red', createdAt: 5 };

function versionOf(store: DocumentStore, fields: Partial<versions.NewVersion> = {}): VersionId {
  return versions.addVersion(store, {
    ...made,
    picture: { image: imageOf(10, 10), mask: maskOf(10, 10), offset: { x: 3, y: 4 } },
    ...fields,
  });
}

test('a picture becomes a document of one layer', () => {
  const store = canvas.openPicture({
    ...{ name: 'photo.png', image: imageOf(600, 300, { depth: 16 }) },
    ...{ profile: blob(7), source: { blob: blob(8), name: 'photo.png' } },
  });
  expect(store.require(projectId)).toMatchObject({
    canvas: { x: 0, y: 0, width: 600, height: 300 },
    depth: 16,
    profile: blob(7),
  });
  const layer = store.require(order(store)[0]!);
  expect(layer).toMatchObject({ name: 'photo.png', opacity: 1, blend: 'normal', isVisible: true, mask: null });
  expect(store.require(layer.image).tiles).toHaveLength(6);
  expect(documentProblem(store.all())).toBeUndefined();
});

test('layers are added on top or where they are wanted, moved, copied and removed with their pixels', () => {
  const store = smallDocument();
  const [photo] = order(store) as [LayerId];
  const top = layers.addLayer(store, { name: 'top', image: imageOf(600, 300) });
  const middle = layers.addLayer(store, { name: 'middle', image: imageOf(600, 300) }, 1);
  expect(order(store)).toEqual([photo, middle, top]);
  layers.reorderLayers(store, [photo], 2);
  expect(order(store)).toEqual([middle, top, photo]);
  const copy = layers.duplicateLayer(store, middle, 'middle copy');
  expect(order(store)).toEqual([middle, copy, top, photo]);
  layers.replaceTiles(store, store.require(copy).image, new Map([[2, blob(99)]]));
  expect(store.require(store.require(middle).image).tiles[2]).toBe(blob(3));
  for (const id of [middle, copy, top]) layers.removeLayer(store, id);
  expect(stateOf(store)).toEqual({
    [projectId]: expect.objectContaining({ layerOrder: [photo] }) as object,
    [photo]: expect.anything() as object,
    [store.require(photo).image]: expect.anything() as object,
  });
});

test('several layers move together in the order and over the canvas, which has an end', () => {
  const store = smallDocument();
  const [photo] = order(store) as [LayerId];
  const add = (name: string): LayerId => layers.addLayer(store, { name, image: imageOf(600, 300) });
  const [a, b, c] = [add('a'), add('b'), add('c')] as const;
  layers.reorderLayers(store, [c, a], 0);
  expect(order(store)).toEqual([a, c, photo, b]);
  layers.reorderLayers(store, [a, photo], 2);
  expect(order(store)).toEqual([c, b, a, photo]);
  layers.moveLayers(store, [a, b], { x: 7, y: -3 });
  layers.moveLayers(store, [a], { x: maxSide, y: 0 });
  expect([a, b, c].map((id) => store.require(id).offset)).toEqual([
    { x: maxSide, y: -3 },
    { x: 7, y: -3 },
    { x: 0, y: 0 },
  ]);
  expect(documentProblem(store.all())).toBeUndefined();
});

test('an accepted version becomes a layer where it belongs; removing the layer leaves the version', () => {
  const store = smallDocument();
  const history = new History(store);
  const version = versionOf(store);
  const before = stateOf(store);
  const layer = versions.acceptVersion(store, version, 'Red car');
  expect(store.require(layer)).toMatchObject({ name: 'Red car', version, offset: { x: 3, y: 4 } });
  expect(store.require(store.require(layer).mask!)).toMatchObject({ channels: 1, extent: { width: 10, height: 10 } });
  expect(store.require(version).layer).toBe(layer);
  layers.removeLayer(store, layer);
  expect(store.require(version).layer).toBeNull();
  while (history.undo());
  expect(stateOf(store)).toEqual(before); // the version was not the person's doing
});

test('what an accepted version hides stays hidden under the mask of its layer', () => {
  const store = smallDocument();
  const mask = imageOf(10, 10, { channels: 1 });
  const picture = { image: imageOf(10, 10), mask, offset: { x: 3, y: 4 } };
  const layer = versions.acceptVersion(store, versionOf(store, { picture, ids: [5, -1] }), 'Red car');
  expect(store.require(store.require(layer).mask!)).toMatchObject(mask);
  layers.removeLayer(store, layer);
  expect(documentProblem(store.all())).toBeUndefined();
});

test('a version without pixels cannot be accepted, and nothing changes', () => {
  const store = smallDocument();
  const version = versionOf(store, { picture: undefined });
  const before = stateOf(store);
  expect(() => versions.acceptVersion(store, version, 'Red')).toThrow('decode its ids first');
  expect(stateOf(store)).toEqual(before);
});

test('merging puts the pixels of layers into the lowest one', () => {
  const store = smallDocument();
  const [photo] = order(store) as [LayerId];
  const top = layers.addLayer(store, { name: 'top', image: imageOf(600, 300), opacity: 0.5, blend: 'screen' });
  layers.setLayerMask(store, top, imageOf(600, 300, { channels: 1 }));
  layers.mergeLayers(store, [photo, top], { image: imageOf(700, 300), offset: { x: -100, y: 0 } });
  expect(order(store)).toEqual([photo]);
  expect(store.require(photo)).toMatchObject({ name: 'photo.png', offset: { x: -100, y: 0 }, opacity: 1 });
  expect(store.all()).toHaveLength(3);
});

test('merging several leaves those between them', () => {
  const store = smallDocument();
  const [photo] = order(store) as [LayerId];
  const [hidden, top] = ['hidden', 'top'].map((name) => layers.addLayer(store, { name, image: imageOf(600, 300) }));
  layers.mergeLayers(store, [photo, top!], { image: imageOf(600, 300), offset: { x: 0, y: 0 } });
  expect(order(store)).toEqual([photo, hidden]);
  expect(documentProblem(store.all())).toBeUndefined();
});

test('a mask fits its layer', () => {
  const store = smallDocument();
  const [photo] = order(store) as [LayerId];
  expect(() => layers.setLayerMask(store, photo, imageOf(10, 10, { channels: 1 }))).toThrow('600 × 300');
  expect(() => layers.setLayerMask(store, photo, imageOf(600, 300))).toThrow('1 channel');
  layers.setLayerMask(store, photo, imageOf(600, 300, { channels: 1 }));
  layers.setLayerMask(store, photo, null);
  expect(store.all()).toHaveLength(3);
});

test('a mask can be switched off and on, and applied for good', () => {
  const store = smallDocument();
  const [photo] = order(store) as [LayerId];
  layers.setLayerMask(store, photo, maskOf(600, 300));
  expect(layers.maskInUse(store.require(photo))).toBe(store.require(photo).mask);
  layers.setLayerLook(store, photo, { isMaskOn: false });
  expect(layers.maskInUse(store.require(photo))).toBeNull();
  layers.applyLayerMask(store, photo, imageOf(600, 300, { tiles: [1, 2, 3, 4, 5, 9].map(blob) }));
  expect(store.require(photo)).toMatchObject({ mask: null, isMaskOn: true });
  expect(store.require(store.require(photo).image).tiles[5]).toBe(blob(9));
  expect(store.all()).toHaveLength(3);
});

test('records from before masks could be switched off have them on', () => {
  const store = smallDocument();
  const layer: Record<string, unknown> = { ...store.require(order(store)[0]!) };
  delete layer.isMaskOn;
  expect(zDocumentRecord.parse(layer)).toMatchObject({ isMaskOn: true });
});

test('cutting the canvas leaves everything where it is', () => {
  const store = smallDocument();
  const before = stateOf(store);
  const cut = { x: 100, y: 50, width: 200, height: 100 };
  canvas.setCanvas(store, cut);
  const project = { ...store.require(projectId), canvas: cut };
  expect(stateOf(store)).toEqual({ ...before, [projectId]: project });
});

test('a version from before pictures were noted is taken to be of the canvas that it is cropped from', () => {
  const store = smallDocument();
  const { canvas: whole } = store.require(projectId);
  const cut = { x: 100, y: 50, width: 200, height: 100 };
  const saved: Record<string, unknown> = { ...store.require(versionOf(store)) };
  delete saved.canvas;
  const old = zDocumentRecord.parse(saved);
  store.put(old);
  const isOf = () => versions.canvasOfVersion(store, store.require(old.id as VersionId));
  expect(isOf()).toEqual(whole);
  const history = new History(store);
  canvas.setCanvas(store, cut);
  canvas.setCanvas(store, { ...cut, width: 20 });
  expect(isOf()).toEqual(whole);
  history.goTo(0);
  expect([isOf(), store.require(old.id)]).toEqual([whole, old]);
});

test('what was cut out of the opened picture for an edit is known, and that it was all of it', () => {
  const store = smallDocument();
  const cropOf = () => versions.cropOfVersion(store, store.require(versionOf(store)));
  expect(cropOf()).toBeUndefined();
  const cut = { x: 100, y: 50, width: 200, height: 100 };
  canvas.setCanvas(store, cut);
  expect(cropOf()).toEqual(cut);
  canvas.setCanvas(store, { ...cut, x: -1 }); // more than there is of it
  expect(cropOf()).toBeUndefined();
  store.update(projectId, { opened: null });
  expect(cropOf()).toBeUndefined();
});

test('a map takes the place of the one of its kind and keeps how it is shown', () => {
  const store = smallDocument();
  const map = { kind: 'depth', extractor: 'first', image: imageOf(600, 300, { channels: 1 }) } as const;
  canvas.setCondition(store, map);
  canvas.setConditionLook(store, 'depth', { opacity: 0.5 });
  const recipe = { version: 1, extract: { kind: 'depth' } };
  const id = canvas.setCondition(store, { ...map, extractor: 'second', recipe });
  expect(store.require(id)).toMatchObject({ opacity: 0.5, extractor: 'second', recipe, isVisible: false });
  expect(store.all().filter(({ type }) => type === 'image')).toHaveLength(2);
  canvas.paintCondition(store, 'depth', new Map([[0, null]]));
  expect(store.require(store.require(id).image).tiles[0]).toBeNull();
  expect(store.require(id).recipe).toBeNull(); // it is no longer what its recipe makes
  canvas.setClassNames(store, 'depth', { 3: 'my garage' });
  expect(store.require(id).names).toEqual({ 3: 'my garage' });
  canvas.removeCondition(store, 'depth');
  expect(store.all()).toHaveLength(3);
});

test('a selection is kept under a name with its strengths, and goes with them', () => {
  const store = smallDocument();
  const before = stateOf(store);
  const image = imageOf(20, 10, { channels: 1 });
  const id = selections.keepSelection(store, { name: 'Sky', image, offset: { x: -3, y: 4 } });
  selections.renameSelection(store, id, 'Clouds');
  expect(store.require(id)).toMatchObject({ name: 'Clouds', offset: { x: -3, y: 4 } });
  expect(store.require(store.require(id).image).extent).toEqual({ width: 20, height: 10 });
  expect(documentProblem(store.all())).toBeUndefined();
  expect(() => selections.keepSelection(store, { name: 'x', image: imageOf(1, 1), offset: { x: 0, y: 0 } })).toThrow();
  store.update(store.require(id).image, { channels: 4 });
  expect(documentProblem(store.all())).toContain('has no image of 1 × 8 bits');
  selections.removeSelection(store, id);
  expect(stateOf(store)).toEqual(before);
});

// Any commands, on whichever layer or version there happens to be.
const nat = fc.nat(7);
type Command = (store: DocumentStore) => void;
const layerAt = (store: DocumentStore, at: number): LayerId | undefined => order(store)[at % order(store).length];
const onLayer = (run: (store: DocumentStore, id: LayerId, number: number) => void) =>
  fc.tuple(nat, nat).map(([at, number]): Command => (store) => {
    const id = layerAt(store, at);
    if (id) run(store, id, number);
  });
const onVersion = (run: (store: DocumentStore, id: VersionId, number: number) => void) =>
  fc.tuple(nat, nat).map(([at, number]): Command => (store) => {
    const all = store.all().filter((record) => record.type === 'version');
    if (all.length > 0) run(store, all[at % all.length]!.id, number);
  });
const onSelection = (run: (store: DocumentStore, id: SelectionId, number: number) => void) =>
  fc.tuple(nat, nat).map(([at, number]): Command => (store) => {
    const all = store.all().filter((record) => record.type === 'selection');
    if (all.length > 0) run(store, all[at % all.length]!.id, number);
  });
const onKind = (run: (store: DocumentStore, kind: (typeof conditionKinds)[number], number: number) => void) =>
  fc.tuple(fc.constantFrom(...conditionKinds), nat).map(
    ([kind, number]): Command =>
      (store) =>
        run(store, kind, number),
  );

const command = fc.oneof(
  nat.map(
    (at): Command =>
      (store) =>
        void layers.addLayer(store, { name: 'new', image: imageOf(300, 300) }, at),
  ),
  onLayer((store, id) => layers.removeLayer(store, id)),
  onLayer((store, id) => void layers.duplicateLayer(store, id, 'copy')),
  onLayer((store, id, index) => layers.reorderLayers(store, [id], index)),
  onLayer((store, id, number) => layers.moveLayers(store, [id], { x: number, y: -number })),
  onLayer((store, id, number) => layers.renameLayer(store, id, `layer ${number}`)),
  onLayer((store, id, number) => layers.setLayerLook(store, id, { opacity: number / 7, blend: 'multiply' })),
  onLayer((store, id, number) => layers.replaceTiles(store, store.require(id).image, new Map([[0, blob(number)]]))),
  onLayer((store, id, number) => {
    const { extent } = store.require(store.require(id).image);
    const mask = imageOf(extent.width, extent.height, { channels: 1 });
    layers.setLayerMask(store, id, number % 2 ? mask : null);
  }),
  onLayer((store, id, number) => layers.setLayerLook(store, id, { isMaskOn: number % 2 === 0 })),
  onLayer((store, id) => {
    const { image, mask } = store.require(id);
    if (mask)
      layers.applyLayerMask(store, id, imageOf(store.require(image).extent.width, store.require(image).extent.height));
  }),
  onLayer((store, id, number) => {
    const { mask } = store.require(id);
    if (mask) layers.replaceTiles(store, mask, new Map([[0, number % 3 ? blob(number) : null]]));
  }),
  onLayer((store, id) => {
    const [lowest, ...others] = order(store).slice(0, order(store).indexOf(id) + 1);
    if (lowest) layers.mergeLayers(store, [lowest, ...others], { image: imageOf(300, 300), offset: { x: 1, y: 2 } });
  }),
  onVersion((store, id) => void versions.acceptVersion(store, id, 'accepted')),
  onVersion((store, id, number) => versions.starVersion(store, id, number % 2 === 0)),
  onVersion((store, id, number) => versions.discardVersion(store, id, number % 2 === 0)),
  onVersion((store, id, number) => versions.renameVersion(store, id, `version ${number}`)),
  nat.map(
    (x): Command =>
      (store) =>
        canvas.setCanvas(store, { x, y: 1, width: 100 + x, height: 100 }),
  ),
  onKind((store, kind, number) => {
    const channels = kind === 'segmentation' ? 4 : 1;
    canvas.setCondition(store, { kind, extractor: String(number), image: imageOf(300, 300, { channels }) });
  }),
  nat.map(
    (number): Command =>
      (store) =>
        void selections.keepSelection(store, {
          ...{ name: `selection ${number}`, offset: { x: number, y: 0 } },
          image: imageOf(30 + number, 9, { channels: 1 }),
        }),
  ),
  onSelection((store, id, number) => selections.renameSelection(store, id, `renamed ${number}`)),
  onSelection((store, id) => selections.removeSelection(store, id)),
  onKind((store, kind) => {
    if (store.get(conditionId(kind))) canvas.removeCondition(store, kind);
  }),
);
const step = fc.oneof(
  { weight: 4, arbitrary: command.map((run) => ({ do: 'command' as const, run })) },
  { weight: 1, arbitrary: fc.constantFrom({ do: 'undo' as const }, { do: 'redo' as const }) },
);

test('any commands, undone, give the document as it was, and done again as it became', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const store = smallDocument();
      const masked = { image: imageOf(9, 9), mask: imageOf(9, 9, { channels: 1 }), offset: { x: 0, y: 0 } };
      versionOf(store, { picture: masked });
      const history = new History(store);
      const beginning = stateOf(store);
      for (const one of steps) {
        if (one.do === 'command') {
          history.mark('command');
          one.run(store);
        } else history[one.do]();
        expect(documentProblem(store.all())).toBeUndefined();
      }
      while (history.redo());
      const end = stateOf(store);
      while (history.undo()) expect(documentProblem(store.all())).toBeUndefined();
      expect(stateOf(store)).toEqual(beginning);
      while (history.redo());
      expect(stateOf(store)).toEqual(end);
      for (const record of store.all())
        expect(zDocumentRecord.parse(JSON.parse(JSON.stringify(record)))).toEqual(record);
    }),
    { numRuns: 60 },
  );
});

test('versions that come while a person works survive every undo', () => {
  fc.assert(
    fc.property(fc.array(command, { maxLength: 15 }), (commands) => {
      const store = smallDocument();
      const history = new History(store);
      const added = commands.map((run) => {
        history.mark('command');
        run(store);
        return versionOf(store);
      });
      while (history.undo());
      expect(documentProblem(store.all())).toBeUndefined();
      for (const id of added) expect(store.get(id)).toMatchObject({ ...made, layer: null });
    }),
    { numRuns: 60 },
  );
});
