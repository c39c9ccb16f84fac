import { expect, test } from 'vitest';
import type { MapExtractor } from '#models';
import { openMapMaker } from '../../../electron/node/maps/make-map.ts';
import type { ListedPack } from '../../../electron/node/models/model-library.ts';
import { palette } from '../../../native-models/conditions/palette.ts';
import { greyImage } from '../conditions/pictures.ts';

const picture = greyImage(2, 1, () => 7);

interface Installed {
  readonly id: string;
  readonly family?: string;
  readonly worlds?: { readonly width: number; readonly share: number }; // a network for particular pictures
  readonly isFamiliar?: boolean; // what it says of the picture
  readonly note?: string;
}

/** A library of networks whose maps are full of the place they have in it, and what was opened and closed. */
function libraryOf(...installed: Installed[]) {
  const log: string[] = [];
  const list = () =>
    Promise.resolve(
      installed.map(({ id, family = 'depth', worlds }) => {
        const pack = { id, family, worlds };
        return { id, folder: id, isEmbedded: true, bytes: 0, pack } as unknown as ListedPack;
      }),
    );
  const open = (folder: string): Promise<MapExtractor> => {
    const place = installed.findIndex(({ id }) => id === folder);
    const { family = 'depth', isFamiliar = true, note } = installed[place]!;
    if (note === 'broken') return Promise.reject(new Error('broken'));
    log.push(`open ${folder}`);
    return Promise.resolve({
      kind: family as MapExtractor['kind'],
      about: { title: folder, note },
      extract: () => Promise.resolve({ data: new Uint8Array(2).fill(place), isFamiliar }),
      [Symbol.asyncDispose]: () => Promise.resolve(void log.push(`close ${folder}`)),
    });
  };
  const find = (id: string) => Promise.resolve({ folder: id } as never);
  return { log, open, library: { list, find } };
}

async function madeBy(kind: 'depth' | 'segmentation', model: string | undefined, ...installed: Installed[]) {
  const { log, open, library } = libraryOf(...installed);
  const recipe = { kind, detector: 'opencv', ...(model !== undefined && { model }) } as const;
  await using maker = await openMapMaker(recipe, library, open);
  return { ...(await maker.make(picture)), log };
}

const scenes: Installed = { id: 'scenes', worlds: { width: 32, share: 1 }, note: 'It knows scenes.' };
const photos: Installed = { id: 'photos' };

test('a network that knows the picture goes before one for any picture', async () => {
  const made = await madeBy('depth', undefined, photos, scenes);
  expect([made.madeBy, made.notices, made.map.data]).toEqual(['scenes. It knows scenes', [], Uint8Array.of(1, 1)]);
});

test('a picture it does not know goes to the network for any picture', async () => {
  const made = await madeBy('depth', undefined, { ...scenes, isFamiliar: false }, photos);
  expect([made.madeBy, made.notices]).toEqual(['photos', []]);
});

test('without such a network, or when it is asked by name, its map comes with a plain warning', async () => {
  const stranger = { ...scenes, isFamiliar: false };
  for (const [model, ...installed] of [
    [undefined, stranger],
    ['scenes', stranger, photos],
  ] as const) {
    const made = await madeBy('depth', model, ...installed);
    expect(made.notices).toEqual([
      'This picture is unlike those that scenes has learnt from, so its map means little. It knows scenes.',
    ]);
  }
});

test('classes of rendered scenes are painted in their own colours', async () => {
  const classes = { ...scenes, family: 'segmentation' };
  const others = Array.from({ length: 135 }, (_, i) => ({ id: `other${i}` })); // so that its place is a class
  const { map } = await madeBy('segmentation', 'scenes', ...others, classes);
  expect([...map.data.subarray(0, 3)]).toEqual([...palette[135]!.colour]);
});

test('everything that was opened is closed again, when making maps ends and when opening fails', async () => {
  const { log } = await madeBy('depth', undefined, scenes, photos);
  expect(log).toEqual(['open scenes', 'open photos', 'close scenes', 'close photos']);
  const broken = libraryOf(scenes, { ...photos, note: 'broken' });
  await expect(openMapMaker({ kind: 'depth', detector: 'opencv' }, broken.library, broken.open)).rejects.toThrow(
    'broken',
  );
  expect(broken.log).toEqual(['open scenes', 'close scenes']);
});

test('a network for the other kind of map, and none at all, are refused', async () => {
  const classes = { id: 'classes', family: 'segmentation' };
  await expect(madeBy('depth', 'classes', classes)).rejects.toMatchObject({ code: 'unsupported' });
  await expect(madeBy('depth', undefined, classes)).rejects.toMatchObject({ code: 'extractor-missing' });
});
