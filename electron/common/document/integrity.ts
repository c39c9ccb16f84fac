import { conditionId, projectId } from './records.ts';
import type { Condition, DocumentRecord, Image, ImageId, Layer, Project, SavedSelection, Version } from './records.ts';

/** What is wrong with records that each are valid but do not make a document together; undefined for a document. Commands keep this
 * true; files and journals have to be asked. */
export function documentProblem(records: readonly DocumentRecord[]): string | undefined {
  const byId = new Map<string, DocumentRecord>(records.map((record) => [record.id, record]));
  const project = byId.get(projectId);
  if (byId.size !== records.length) return 'two records have the same id';
  if (project?.type !== 'project') return 'there is no project record';
  const imageOf = (id: ImageId): Image | undefined => byId.get(id) as Image | undefined; // ids name their type
  for (const record of records) {
    const problem = problemOf(record, project, imageOf, byId);
    if (problem !== undefined) return problem;
  }
  return layerOrderProblem(project, records) ?? parentProblem(records);
}

function problemOf(
  record: DocumentRecord,
  project: Project,
  imageOf: (id: ImageId) => Image | undefined,
  byId: ReadonlyMap<string, DocumentRecord>,
): string | undefined {
  switch (record.type) {
    case 'layer':
      return pixelsProblem(record, project, imageOf);
    case 'condition':
      return conditionProblem(record, imageOf);
    case 'version':
      return versionProblem(record, project, imageOf, byId);
    case 'selection':
      return strengthsProblem(record, imageOf);
    case 'project':
    case 'image':
      return undefined;
  }
}

function pixelsProblem(
  { id, image, mask }: Pick<Layer, 'image' | 'mask'> & { readonly id: string },
  { depth }: Project,
  imageOf: (id: ImageId) => Image | undefined,
): string | undefined {
  const pixels = imageOf(image);
  if (pixels?.channels !== 4 || pixels.depth !== depth) return `${id} has no image of 4 × ${depth} bits`;
  return !mask || isMaskOf(imageOf(mask), pixels) ? undefined : `the mask of ${id} does not fit`;
}

const isMaskOf = (mask: Image | undefined, { extent }: Image): boolean =>
  mask?.channels === 1 &&
  mask.depth === 8 &&
  mask.extent.width === extent.width &&
  mask.extent.height === extent.height;

function conditionProblem(
  { id, kind, image }: Condition,
  imageOf: (id: ImageId) => Image | undefined,
): string | undefined {
  if (id !== conditionId(kind)) return `${id} is a map of another kind`;
  const channels = kind === 'segmentation' ? 4 : 1;
  const pixels = imageOf(image);
  const isFit = pixels?.channels === channels && pixels.depth === 8;
  return isFit ? undefined : `${id} has no image of ${channels} × 8 bits`;
}

function strengthsProblem(
  { id, image }: SavedSelection,
  imageOf: (id: ImageId) => Image | undefined,
): string | undefined {
  const strengths = imageOf(image);
  return strengths?.channels === 1 && strengths.depth === 8 ? undefined : `${id} has no image of 1 × 8 bits`;
}

function versionProblem(
  { id, image, mask, layer, parent }: Version,
  project: Project,
  imageOf: (id: ImageId) => Image | undefined,
  byId: ReadonlyMap<string, DocumentRecord>,
): string | undefined {
  if (!image && mask) return `${id} has a mask without an image`;
  const problem = image && pixelsProblem({ id, image, mask }, project, imageOf);
  if (problem) return problem;
  if (layer && !byId.has(layer)) return `the layer of ${id} is missing`;
  return parent && !byId.has(parent) ? `the parent of ${id} is missing` : undefined;
}

function layerOrderProblem({ layerOrder }: Project, records: readonly DocumentRecord[]): string | undefined {
  const ordered = new Set<string>(layerOrder);
  const layers = records.filter(({ type }) => type === 'layer');
  const isExact = layers.length === layerOrder.length && layers.every(({ id }) => ordered.has(id));
  return isExact ? undefined : 'the order of layers does not list each layer once';
}

/** A version that descends from itself. */
function parentProblem(records: readonly DocumentRecord[]): string | undefined {
  const parents = new Map<string, string | null>();
  for (const record of records) if (record.type === 'version') parents.set(record.id, record.parent);
  const isSettled = new Set<string>();
  for (const id of parents.keys()) {
    const path = new Set<string>();
    for (let next: string | null | undefined = id; next && !isSettled.has(next); next = parents.get(next)) {
      if (path.has(next)) return `${next} descends from itself`;
      path.add(next);
    }
    for (const one of path) isSettled.add(one);
  }
  return undefined;
}
