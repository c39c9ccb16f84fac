import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { History } from '#common/document/history.ts';
import { addLayer, removeLayer, replaceTiles, setLayerLook } from '#common/document/layer-commands.ts';
import { patchOf } from '#common/document/patch.ts';
import { projectId } from '#common/document/records.ts';
import type { DocumentRecord } from '#common/document/records.ts';
import { keepSelection } from '#common/document/selection-commands.ts';
import { addVersion } from '#common/document/version-commands.ts';
import { Journal, readJournal } from '#node/projects/journal.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { blob, imageOf, smallDocument, stateOf } from '../document/documents.ts';

const files = { project: null, inputs: ['/photos/photo.png'] };
const byId = (records: readonly DocumentRecord[]) => Object.fromEntries(records.map((record) => [record.id, record]));

/** A journal of some gestures. @returns the document after each, and how long the journal was then */
async function written() {
  const path = join(temporaryFolder(), 'a.journal');
  const store = smallDocument();
  const history = new History(store);
  await using journal = await Journal.begin(path, { files, hasUnsaved: false, records: store.all() });
  const appended: Promise<void>[] = [];
  store.onChange(({ diff }) => appended.push(journal.append({ type: 'change', patch: patchOf(diff) })));
  const [photo] = store.require(projectId).layerOrder;
  const gestures = [
    () =>
      replaceTiles(
        store,
        store.require(photo!).image,
        new Map([
          [1, blob(99)],
          [4, null],
        ]),
      ),
    () => setLayerLook(store, photo!, { opacity: 0.5, blend: 'screen' }),
    () => void addLayer(store, { name: 'Straße “7” \n', image: imageOf(10, 10) }),
    () =>
      void addVersion(store, {
        recipe: { 10: 'ten', 2: ['ä'] },
        ids: [1],
        seed: 1,
        model: 'm',
        title: 't',
        createdAt: 1,
      }),
    () => removeLayer(store, store.require(projectId).layerOrder[1]!),
    () =>
      void keepSelection(store, {
        ...{ name: 'Sky', offset: { x: -5, y: 6 } },
        image: imageOf(300, 20, { channels: 1 }),
      }),
    () => void history.undo(),
    () => void history.redo(),
  ];
  const states = [{ state: stateOf(store), bytes: statSync(path).size }];
  for (const gesture of gestures) {
    history.mark('gesture');
    gesture();
    await Promise.all(appended);
    states.push({ state: stateOf(store), bytes: statSync(path).size });
  }
  return { path, states };
}

test('a journal gives back the document as it was at the end', async () => {
  const { path, states } = await written();
  const found = await readJournal(path);
  expect(found).toMatchObject({ files, hasUnsaved: true, changes: 8, isCut: false, wholeBytes: statSync(path).size });
  expect(byId(found!.records)).toEqual(states.at(-1)!.state);
});

test('cut off anywhere, it gives the document after the last change that is whole', async () => {
  const { path, states } = await written();
  const whole = readFileSync(path);
  const around = states.flatMap(({ bytes }) => [bytes - 1, bytes, bytes + 1, bytes + 9, bytes + 40]);
  for (const length of [0, 1, 500, ...around.filter((length) => length <= whole.length)]) {
    writeFileSync(path, whole.subarray(0, length));
    const expected = states.findLast(({ bytes }) => bytes <= length);
    const found = await readJournal(path);
    if (!expected) expect(found, `${length} bytes`).toBeUndefined();
    else {
      expect(byId(found!.records), `${length} bytes`).toEqual(expected.state);
      expect(found).toMatchObject({ wholeBytes: expected.bytes, isCut: length !== expected.bytes });
    }
  }
});

test('going on after a cut removes the torn end first', async () => {
  const { path, states } = await written();
  truncateSync(path, statSync(path).size - 5);
  const torn = await readJournal(path);
  const journal = await Journal.resume(path, torn!.wholeBytes);
  const project = torn!.records.find(({ id }) => id === projectId)!;
  const patch = { put: [{ ...project, name: 'again' }] as DocumentRecord[], set: [], tiles: [], remove: [] };
  await journal.append({ type: 'change', patch });
  await journal[Symbol.asyncDispose]();
  const found = await readJournal(path);
  expect(found).toMatchObject({ changes: 8, isCut: false });
  const before = states.at(-2)!.state;
  expect(byId(found!.records)).toEqual({ ...before, [projectId]: { ...before[projectId], name: 'again' } });
});

test('a damaged line ends what is believed', async () => {
  const { path, states } = await written();
  const bytes = readFileSync(path);
  bytes[states[2]!.bytes + 30]! ^= 1;
  writeFileSync(path, bytes);
  const found = await readJournal(path);
  expect(byId(found!.records)).toEqual(states[2]!.state);
  expect(found).toMatchObject({ isCut: true, changes: 2 });
});

test('after a save nothing is unsaved, and the document knows its file', async () => {
  const { path } = await written();
  const saved = { project: { path: '/photos/photo.ora', bytes: 7, modifiedMs: 8 }, inputs: [] };
  const journal = await Journal.resume(path, statSync(path).size);
  await journal.append({ type: 'saved', files: saved });
  await journal[Symbol.asyncDispose]();
  expect(await readJournal(path)).toMatchObject({ files: saved, hasUnsaved: false, changes: 0 });
});

test('many entries at once are all written, in order', async () => {
  const path = join(temporaryFolder(), 'a.journal');
  const store = smallDocument();
  await using journal = await Journal.begin(path, { files, hasUnsaved: false, records: store.all() });
  const appended: Promise<void>[] = [];
  store.onChange(({ diff }) => appended.push(journal.append({ type: 'change', patch: patchOf(diff) })));
  for (let number = 0; number < 200; number++) store.update(projectId, { name: `name ${number}` });
  await Promise.all(appended);
  const found = await readJournal(path);
  expect(byId(found!.records)).toEqual(stateOf(store));
  expect(found!.changes).toBe(200);
});

test('records that make no document together are not believed', async () => {
  const path = join(temporaryFolder(), 'a.journal');
  const records = smallDocument().all();
  const journal = await Journal.begin(path, { files, hasUnsaved: false, records: records.slice(1) });
  await journal[Symbol.asyncDispose]();
  expect(await readJournal(path)).toBeUndefined();
});
