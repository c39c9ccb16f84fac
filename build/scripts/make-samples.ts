/**
 * Renders the sample pictures that come with the embedded model: `node out/make-samples.mjs` in the project's root. Conditions are
 * drawn by the renderer, titles and instructions are in samples.json, which is written with them.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { conditionFrame, type Task } from '../../native-models/scenes/pairs.ts';
import { FRAME, type Background, type Scene, type SceneObject, type Style } from '../../native-models/scenes/scene.ts';
import { hasHeldOut } from '../../native-models/scenes/splits.ts';
import { objectsOf, WORLD } from '../../native-models/scenes/world.ts';

const folder = 'native-models/packs/mini/samples'; // from the project's root

/** An object as sentences name it: "small striped red ball lying". */
type Thing = string | null;

interface Sample {
  readonly file: string;
  readonly title: string;
  readonly task: Task;
  readonly instructions: readonly string[];
}

function scene(background: Background, style: Style, ...things: readonly [Thing, Thing, Thing]): Scene {
  const [left, middle, right] = things.map((thing) => (thing === null ? null : objectNamed(thing)));
  return { background, style, objects: [left ?? null, middle ?? null, right ?? null] };
}

const known = objectsOf(WORLD.full);

/** @throws Error for an object that no level has */
function objectNamed(name: string): SceneObject {
  const found = known.find(
    ({ size, material, color, kind, pose }) => [size, material, color, kind, pose].filter(Boolean).join(' ') === name,
  );
  if (!found) throw new Error(`no object is called ${name}`);
  return found;
}

/** The scene with its objects elsewhere than in the three slots. */
const at = (source: Scene, ...places: NonNullable<Scene['places']>): Scene => ({ ...source, places });

const samples: readonly (Sample & { readonly source: Scene })[] = [
  {
    file: 'meadow.png',
    title: 'Meadow',
    task: 'edit',
    source: scene('field', 'photo', 'red ball', 'yellow house', 'green tree'),
    instructions: ['make the red ball blue', 'remove the tree', 'move the scene to the snow', 'turn it into a sketch'],
  },
  {
    file: 'desert.png',
    title: 'Desert',
    task: 'edit',
    source: at(scene('desert', 'photo', 'metal purple cube', null, null), [24, 72], null, null),
    instructions: [
      'replace the cube with a chair',
      'add a small yellow cylinder on the left',
      'add a red pyramid to the right of the cube',
      'make the cube plain',
    ],
  },
  {
    file: 'winter.png',
    title: 'Winter',
    task: 'edit',
    source: scene('snow', 'photo', 'orange house', null, 'green tree'),
    instructions: [
      'add a red ball in the middle',
      'make the house blue',
      'move the scene to the desert',
      'remove the house',
    ],
  },
  {
    file: 'night.png',
    title: 'Night',
    task: 'edit',
    source: at(scene('night', 'photo', 'small pink mushroom', 'yellow ball', null), [16, 32], [72, 72], null),
    instructions: [
      'make the mushroom bigger',
      'put stripes on the ball',
      'lay the mushroom down',
      'turn it into a cartoon',
    ],
  },
  {
    file: 'sketch.png',
    title: 'Sketch',
    task: 'edit',
    source: scene('room', 'sketch', 'purple cone', null, 'red cube'),
    instructions: [
      'turn it into a photo',
      'remove the cone',
      'move the cube to the middle',
      'add a black chair in the middle',
    ],
  },
  {
    file: 'edges.canny.png',
    title: 'Edges',
    task: 'canny',
    source: scene('studio', 'photo', 'green cone', null, 'purple house'),
    instructions: ['a green cone and a purple house in the studio'],
  },
  {
    file: 'relief.depth.png',
    title: 'Depth',
    task: 'depth',
    source: scene('field', 'photo', 'orange mushroom', null, 'yellow house'),
    instructions: [
      'an orange mushroom and a yellow house in the field',
      'a striped blue mushroom and a metal white house in the snow',
    ],
  },
  {
    file: 'classes.seg.png',
    title: 'Segmentation',
    task: 'segmentation',
    source: scene('desert', 'photo', 'blue ball', 'green tree', null),
    instructions: [
      'a blue ball and a green tree in the desert',
      'a metal red ball and an orange tree in the room, a blueprint',
    ],
  },
];

for (const { file, task, source } of samples) {
  if (hasHeldOut(source)) throw new Error(`${file} shows a combination that is kept for tests`);
  const frame = conditionFrame({ task, seed: 0, source, pairs: [] });
  await sharp(frame, { raw: { width: FRAME, height: FRAME, channels: 3 } })
    .png({ compressionLevel: 9 })
    .toFile(join(folder, file));
}
const index: readonly Sample[] = samples.map(({ file, title, task, instructions }) => ({
  file,
  title,
  task,
  instructions,
}));
await writeFile(join(folder, 'samples.json'), `${JSON.stringify(index, null, 2)}\n`);
