import type { PaletteEntry } from './coco-panoptic.ts';

/** Colours of the classes in maps of rendered scenes, the world of the embedded model; minimum distance between two about 95. */
export const sceneClassColours = {
  floor: [0x80, 0x80, 0x80],
  backdrop: [0x5a, 0x9b, 0xd4],
  ball: [0xdc, 0x14, 0x3c],
  cube: [0xff, 0xd7, 0x00],
  cone: [0xff, 0x70, 0x00],
  tree: [0x22, 0x8b, 0x22],
  house: [0x8b, 0x45, 0x13],
  mushroom: [0xff, 0x69, 0xb4],
  cylinder: [0x00, 0xc8, 0xc8],
  pyramid: [0x8a, 0x2b, 0xe2],
  snowman: [0xf5, 0xf5, 0xf5],
  chair: [0x1e, 0x1e, 0xc8],
} as const;

/** Their names; a class's index is the first one and its number here. */
export const sceneClassNames: readonly string[] = Object.keys(sceneClassColours);

/** The first index of these classes: they follow COCO's. */
export const firstSceneClass = 133;

/** The classes of rendered scenes as entries of a palette. */
export const sceneClasses: readonly PaletteEntry[] = Object.entries(sceneClassColours).map(([name, colour], i) => ({
  ...{ index: firstSceneClass + i, category: 0, name: `rendered ${name}`, colour },
}));
