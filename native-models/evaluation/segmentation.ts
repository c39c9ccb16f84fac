/** Agreement of label maps over a whole data set. */
export interface SegmentationScore {
  /** Intersection over union per class; null for a class that occurs nowhere. */
  readonly iou: readonly (number | null)[];
  readonly meanIou: number; // of the classes that occur
  readonly accuracy: number; // share of the labelled pixels
}

/** Compares predicted with true classes, all pictures of a data set one after the other; pixels labelled `ignore` do not count
 * (spec/evaluation.md section 4). */
export function scoreSegmentation(
  predictions: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
  ignore = 255,
): SegmentationScore {
  const [both, predicted, labelled] = [0, 1, 2].map(() => new Float64Array(classes)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] === ignore) continue;
    labelled[labels[i]!]!++;
    predicted[predictions[i]!]!++;
    if (predictions[i] === labels[i]) both[labels[i]!]!++;
  }
  const iou = Array.from(both, (hits, c) => {
    const union = predicted[c]! + labelled[c]! - hits;
    return union === 0 ? null : hits / union;
  });
  const known = iou.filter((value) => value !== null);
  return { iou, meanIou: sum(known) / known.length, accuracy: sum(both) / sum(labelled) };
}

const sum = (values: readonly number[] | Float64Array): number => Array.from(values).reduce((a, b) => a + b, 0);
