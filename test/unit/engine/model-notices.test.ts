import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Raster } from '#common/raster/raster.ts';
import { giveWorlds } from '../../../native-models/extractors/give-worlds.ts';
import { T5Tokenizer } from '../../../native-models/tokenizers/text/t5-tokenizer.ts';
import { engineWithFakeModel } from '../../helpers/fake-engine.ts';

const note = 'It knows balls.';

const grey: Raster = { width: 64, height: 64, channels: 3, depth: 8, data: new Uint8Array(64 * 64 * 3).fill(100) };

/** @param level grey level of the one world that the model knows; left out: it is for any picture */
async function noticesFor(settings: { readonly unknownWords?: readonly string[]; readonly level?: number }) {
  const { unknownWords = [], level } = settings;
  const { folder, paint } = await engineWithFakeModel({ unknownWords }, { note });
  if (level !== undefined) {
    const pictures = new Uint8Array(32 * 32 * 3).fill(level);
    await giveWorlds(join(folder, 'pack'), { pictures, width: 32, share: 0.8 });
  }
  const finished = await paint(grey, {}).done;
  return finished.type === 'finished' ? finished.notices : finished;
}

test('an edit with words that the model does not know says which, and what it knows', async () => {
  expect(await noticesFor({ unknownWords: ['dog', 'beach'] })).toEqual([
    'This model does not know “dog”, “beach”, so it may have done something else. It knows balls.',
  ]);
});

test('long lists of unknown words are cut', async () => {
  const [notice] = (await noticesFor({ unknownWords: [...'abcdefg'] })) as string[];
  expect(notice).toContain('“d”, “e” and others, so');
});

test('an endless word is cut', async () => {
  const [notice] = (await noticesFor({ unknownWords: ['🙂'.repeat(10_000)] })) as string[];
  expect(notice).toContain(`“${'🙂'.repeat(30)}…”, so`);
});

test('a picture that is of no world the model knows is called unlike what it has learnt from', async () => {
  const [notice] = (await noticesFor({ level: 200 })) as string[];
  expect(notice).toMatch(/^This picture is unlike those .* It knows balls\.$/);
});

test('what the model knows is told once, also where it doubts both', async () => {
  expect(await noticesFor({ unknownWords: ['dog'], level: 200 })).toEqual([
    expect.stringMatching(/^This model does not know “dog”.* This picture is unlike .* far off\. It knows balls\.$/),
  ]);
});

test('nothing is said of a familiar picture, nor by a model for any picture', async () => {
  expect(await noticesFor({ level: 105 })).toBeUndefined();
  expect(await noticesFor({})).toBeUndefined();
});

test("the embedded model's tokenizer names the words it cannot spell, each once, and no others", async () => {
  const shipped = join(import.meta.dirname, '../../../native-models/packs/mini/tokenizer.json');
  const tokenizer = await T5Tokenizer.open(shipped);
  const unknown = (text: string) => tokenizer.encode(text, 36).unknownWords;
  expect(unknown('Make the dog blue, and the Dog-house red; the dog!')).toEqual(['dog', 'Dog-house']);
  expect(unknown('Please replace the red ball with a house.')).toEqual([]);
});

test('a picture that the model moved is told, in pixels of the photo', async () => {
  const levelAt = (x: number, y: number): number => 20 + ((Math.floor(x / 16) * 53 + Math.floor(y / 16) * 101) % 200);
  const square = (width: number, scale: number, moved: number) => {
    const data = new Uint8Array(width * width * 3);
    for (let i = 0; i < data.length; i++) {
      const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
      data[i] = levelAt((x - moved) / scale, y / scale);
    }
    return { width, height: width, data };
  };
  const photo: Raster = { ...square(128, 2, 0), channels: 3, depth: 8 };
  const told = async (moved: number) => {
    const { paint } = await engineWithFakeModel({ picture: () => square(64, 1, moved) });
    const finished = await paint(photo, {}).done;
    return finished.type === 'finished' ? finished.notices : [];
  };
  expect(await told(3)).toEqual([expect.stringMatching(/moved the picture by about 6 px to the right\./)]);
  expect(await told(0)).not.toContainEqual(expect.stringContaining('moved'));
});
