import { ade20k } from './ade20k.ts';
import { cocoPanoptic } from './coco-panoptic.ts';
import { sceneClasses } from './scene-classes.ts';

/** Ways in which networks number their classes: COCO's category; the palette's index; COCO-Stuff's 171 training ids; ADE20K's 150
 * classes; the classes of rendered scenes. */
export const labelSets = ['coco-category', 'palette-index', 'coco-stuff', 'ade20k', 'rendered-scenes'] as const;
export type LabelSet = (typeof labelSets)[number];

/** COCO-Stuff's training ids as indices of the palette, which merges some of them and lacks twelve (spec/conditions.md section 4.3). */
const stuffToPanoptic: readonly number[] = [
  ...Array.from({ length: 80 }, (_, thing) => thing),
  ...[80, 81, 116, 82, 129, 116, 120, 117, 83, 132, 118, 118, -1, -1, 119, 84, 120, 85, 121, 126, 86, 117, 122, 122],
  ...[123, 122, 87, 88, 119, 128, 89, -1, 125, 90, -1, 124, 91, 116, 92, 132, -1, 93, 125, 124, 126, 127, 94, 127],
  ...[123, 95, -1, -1, 96, 97, 117, 98, 99, 100, 130, 101, 132, 128, 102, 103, 104, 119, 129, 105, -1, 106, 130, 125],
  ...[-1, 121, 107, -1, 108, 116, 128, 109, 131, 131, 131, 110, 111, 112, 113, -1, 114, 115, -1],
];

/** The index in the palette of every number of a label set; -1 for what the palette lacks. */
export function paletteIndices(labels: LabelSet): readonly number[] {
  switch (labels) {
    case 'palette-index':
      return cocoPanoptic.map(({ index }) => index);
    case 'coco-category': {
      const indices = new Array<number>(Math.max(...cocoPanoptic.map(({ category }) => category)) + 1).fill(-1);
      for (const { index, category } of cocoPanoptic) indices[category] = index;
      return indices;
    }
    case 'coco-stuff':
      return stuffToPanoptic;
    case 'ade20k':
      return ade20k.map(({ panoptic }) => panoptic);
    case 'rendered-scenes':
      return sceneClasses.map(({ index }) => index);
  }
}
