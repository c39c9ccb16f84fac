/**
 * Writes scene groups, or every tile, as raw binary on stdout for training.
 *
 *   scene-stream groups --split train --first 0 --count 1000 --pairs 4 [--task canny] [--type add] [--objects 3] [--layout free]
 *   scene-stream scenes --split train --first 0 --count 1000 --pairs 8 [--task canny] [--type add] [--objects 3] [--layout free]
 *   scene-stream places [--layout free] [--part 0/15]
 *   scene-stream tiles
 *   scene-stream maps --split train --first 0 --count 1000 --pairs 3 [--layout full]
 *   scene-stream words
 *
 * groups: per group a uint32 (little endian) byte length, that many bytes of JSON, then 1 + pairs frames of
 * 128 x 128 x 3 bytes: the condition, then the targets. Seeds are counted from the split's first seed.
 * scenes: the JSON alone, one line per group, for readers that compose pictures from `places`.
 * maps: of every scene of the groups, source and targets, 128 x 128 x 3 bytes of picture, then 128 x 128 levels of depth and as many
 * classes, counted from the first class of rendered scenes.
 * places: a uint32 length and JSON index, then per look the empty picture of every shift and the tiles of one object, place by
 * place of the world, in the order of the index. A part holds every n-th place only; its index still lists all.
 * tiles: a uint32 length and JSON index, then all empty scenes, then all object tiles, in the order of the index.
 * words: the vocabulary, one word per line.
 */
import { writeSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { classIndices, depthLevels, renderFrame, tile } from '../../native-models/scenes/frame.ts';
import { vocabulary } from '../../native-models/scenes/language.ts';
import { conditionFrame, makeGroup, type Group, type Task } from '../../native-models/scenes/pairs.ts';
import type { Layout } from '../../native-models/scenes/places.ts';
import { BACKGROUNDS, FRAME, SLOT_ORIGINS, SLOTS, STYLES, TILE } from '../../native-models/scenes/scene.ts';
import { FIRST_SEED, type Split } from '../../native-models/scenes/splits.ts';
import type { EditType } from '../../native-models/scenes/templates.ts';
import { objectsOf, WORLD } from '../../native-models/scenes/world.ts';
import { placePictures, placesIndex } from './scene-places.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    split: { type: 'string', default: 'train' },
    first: { type: 'string', default: '0' },
    count: { type: 'string', default: '1' },
    pairs: { type: 'string', default: '4' },
    task: { type: 'string' },
    type: { type: 'string' },
    objects: { type: 'string', default: '3' },
    layout: { type: 'string', default: 'slots' },
    part: { type: 'string', default: '0/1' },
  },
});
const layout = values.layout as Layout;

/** A pipe may be full: wait instead of failing, and end quietly when the reader is gone. */
function write(bytes: Uint8Array): void {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (let done = 0; done < bytes.length;) {
    try {
      done += writeSync(1, bytes, done);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE') process.exit(0);
      if (code !== 'EAGAIN') throw error;
      Atomics.wait(pause, 0, 0, 2);
    }
  }
}

function withHeader(header: unknown, bodies: readonly Uint8Array[]): Uint8Array {
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(json.length);
  return Buffer.concat([length, json, ...bodies]);
}

function groupBytes(group: Group): Uint8Array {
  return withHeader(group, [conditionFrame(group), ...group.pairs.map((pair) => renderFrame(pair.target))]);
}

function writeGroups(bytesOf: (group: Group) => Uint8Array): void {
  const split = values.split as Split;
  const first = FIRST_SEED[split] + Number(values.first);
  const task = values.task as Task | undefined;
  const type = values.type as EditType | undefined;
  const mostObjects = Number(values.objects);
  for (let i = 0; i < Number(values.count); i++) {
    write(bytesOf(makeGroup(first + i, { split, pairs: Number(values.pairs), task, type, mostObjects, layout })));
  }
}

function mapBytes({ source, pairs }: Group): Uint8Array {
  const scenes = [source, ...pairs.map(({ target }) => target)];
  return Buffer.concat(scenes.flatMap((scene) => [renderFrame(scene), depthLevels(scene), classIndices(scene)]));
}

const jsonLine = (group: Group): Uint8Array => Buffer.from(`${JSON.stringify(group)}\n`);

const worlds = BACKGROUNDS.flatMap((background) => STYLES.map((style) => ({ background, style })));
const objects = objectsOf(WORLD.slots);

function writeTiles(): void {
  write(withHeader({ frame: FRAME, tile: TILE, worlds, objects, slots: SLOTS, origins: SLOT_ORIGINS }, []));
  for (const world of worlds) write(renderFrame({ ...world, objects: [null, null, null] }));
  for (const { background, style } of worlds)
    for (const place of SLOT_ORIGINS) for (const object of objects) write(tile(background, style, place, object));
}

/** Every picture that training can show is pieced together from these: places do not influence each other. */
function writePlaces(): void {
  const index = placesIndex(layout);
  write(withHeader(index, []));
  const [part = 0, parts = 1] = values.part.split('/').map(Number);
  for (const pictures of placePictures(index, [part, parts])) write(pictures);
}

const commands: Readonly<Record<string, () => void>> = {
  groups: () => writeGroups(groupBytes),
  scenes: () => writeGroups(jsonLine),
  maps: () => writeGroups(mapBytes),
  tiles: writeTiles,
  places: writePlaces,
  words: () => write(Buffer.from(`${vocabulary().join('\n')}\n`)),
};
const command = commands[positionals[0] ?? ''];
if (!command) {
  process.stderr.write('usage: scene-stream groups|scenes|maps|places|tiles|words [options]\n');
  process.exitCode = 2;
} else command();
