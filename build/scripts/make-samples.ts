/**
 * Renders the sample pictures that come with the embedded model: `node out/make-samples.mjs` in the project's root. Conditions are
 * drawn by the renderer, titles and instructions are in samples.json, which is written with them.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { conditionFrame, type Task } from '../../native-models/scenes/pairs.ts';
import {
  FRAME,
  type Background,
  type Color,
  type Kind,
  type Scene,
  type Style,
} from '../../native-models/scenes/scene.ts';
import { hasHeldOut } from '../../native-models/scenes/splits.ts';

const folder = 'native-models/packs/mini/samples'; // from the project's root

type Thing = `${Color} ${Kind}` | null;

interface Sample {
  readonly file: string;
  readonly title: string;
  readonly task: Task;
  readonly instructions: readonly string[];
}

function scene(background: Background, style: Style, ...things: readonly [Thing, Thing, Thing]): Scene {
  const objects = things.map((thing) => {
    const [color, kind] = (thing?.split(' ') ?? []) as [Color, Kind];
    return thing === null ? null : { kind, color };
  });
  return { background, style, objects: objects as unknown as Scene['objects'] };
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
    source: scene('desert', 'photo', null, 'purple cube', null),
    instructions: [
      'replace the cube with a house',
      'add a yellow cone on the left',
      'add a red mushroom on the right',
      'paint the cube green',
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
    source: at(scene('night', 'photo', 'pink mushroom', 'yellow ball', null), [16, 32], [72, 72], null),
    instructions: [
      'make the mushroom red',
      'replace the ball with a tree',
      'turn it into pixel art',
      'move it to the field',
    ],
  },
  {
    file: 'sketch.png',
    title: 'Sketch',
    task: 'edit',
    source: scene('room', 'sketch', 'purple cone', null, 'red cube'),
    instructions: ['turn it into a photo', 'remove the cone', 'make the cube yellow', 'add a green tree in the middle'],
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
      'a blue mushroom and a white house in the snow',
    ],
  },
  {
    file: 'classes.seg.png',
    title: 'Segmentation',
    task: 'segmentation',
    source: scene('desert', 'photo', 'blue ball', 'green tree', null),
    instructions: ['a blue ball and a green tree in the desert', 'a red ball and an orange tree in the room, a sketch'],
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
