import { setTimeout as delay } from 'node:timers/promises';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import type { OpenedDocument } from '#common/contract/documents.ts';
import type { EngineServices } from '#common/contract/services.ts';
import { History } from '#common/document/history.ts';
import { replaceTiles, setLayerLook } from '#common/document/layer-commands.ts';
import { patchOf } from '#common/document/patch.ts';
import { projectId } from '#common/document/records.ts';
import { DocumentStore } from '#common/document/store.ts';
import { encodeTile } from '#common/document/tile-codec.ts';
import { startServerProcess } from '../helpers/server-process.ts';
import type { ServerProcess } from '../helpers/server-process.ts';
import { connectTo } from '../helpers/socket-client.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const kills = 8;

async function startServer(dataFolder: string): Promise<{ server: ServerProcess; services: EngineServices }> {
  const server = await startServerProcess(dataFolder);
  const { services, socket } = await connectTo(server.address);
  socket.on('error', () => undefined);
  return { server, services };
}

/** Numbers that look random and are the same every time. */
function* numbers(seed = 7): Generator<number, never> {
  for (let state = seed; ;) {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    yield state / 2 ** 31;
  }
}

const copyOf = (store: DocumentStore): unknown =>
  JSON.parse(JSON.stringify(store.all().sort((a, b) => (a.id < b.id ? -1 : 1))));

/** Edits, and saves now and then meanwhile, until it is cut off. @returns the document after each gesture, from the last that was acknowledged on */
async function editUntilKilled(services: EngineServices, opened: OpenedDocument, random: Generator<number, never>) {
  const store = new DocumentStore(opened.records);
  const history = new History(store);
  const states = [copyOf(store)];
  let acknowledged = 0;
  let patch = patchOf({ added: {}, updated: {}, removed: {} });
  store.onChange(({ diff }) => (patch = patchOf(diff)));
  const layer = store.require(store.require(projectId).layerOrder[0]!);
  for (;;) {
    const number = random.next().value;
    if (states.length % 7 === 3)
      void services.documents.save(opened.document, store.all(), { name: 'a.ora' }).catch(() => undefined);
    history.mark('gesture');
    if (number < 0.2) setLayerLook(store, layer.id, { opacity: number });
    else if (number < 0.3 && history.undoName !== undefined) history.undo();
    else {
      const data = Uint8Array.from(
        { length: 256 * 200 * 4 },
        (_, i) => (i * 7 + states.length) % (3 + Math.floor(number * 250)),
      );
      const tile = encodeTile({ width: 256, height: 200, channels: 4, depth: 8, data });
      const id = await services.blobs.put(tile).catch(() => undefined);
      if (!id) return states.slice(acknowledged);
      replaceTiles(store, layer.image, new Map([[Math.floor(number * 2), id]]));
    }
    states.push(copyOf(store));
    const isWritten = await services.documents.append(opened.document, patch).then(
      () => true,
      () => false,
    );
    if (!isWritten) return states.slice(acknowledged);
    acknowledged = states.length - 1;
  }
}

test(`after each of ${kills} kills, a document is as it was after the last gesture that was acknowledged`, async () => {
  const dataFolder = temporaryFolder();
  const random = numbers();
  let { server, services } = await startServer(dataFolder);
  const photo = await sharp({ create: { width: 600, height: 200, channels: 3, background: '#c85' } })
    .png()
    .toBuffer();
  let opened = await services.documents.open({ blob: await services.blobs.put(photo), name: 'photo.png' });
  await services.documents.append(opened.document, { put: [], set: [], tiles: [], remove: [] }); // else there is nothing to lose
  for (let kill = 0; kill < kills; kill++) {
    const edited = editUntilKilled(services, opened, random);
    await delay(5 + 400 * random.next().value);
    await server.kill();
    const [acknowledged, ...later] = await edited;

    ({ server, services } = await startServer(dataFolder));
    expect(await services.documents.recoverable()).toMatchObject([{ document: opened.document, name: 'photo.png' }]);
    opened = await services.documents.recover(opened.document);
    const recovered = copyOf(new DocumentStore(opened.records));
    expect([acknowledged, ...later]).toContainEqual(recovered);
    for (const record of opened.records) {
      if (record.type !== 'image') continue;
      for (const tile of record.tiles) if (tile) await services.blobs.get(tile); // each is whole, or this fails
    }
  }
});
