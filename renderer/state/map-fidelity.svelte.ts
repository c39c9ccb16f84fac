import { canny } from '#models/maps';
import type { BlobId } from '#common/contract/blobs.ts';
import type { EditRecipe } from '#common/contract/recipe.ts';
import type { Version, VersionId } from '#common/document/records.ts';
import type { ConditionMap, MapKind } from '#common/maps/condition-map.ts';
import { fidelityOf } from '#common/maps/fidelity.ts';
import type { Fidelity } from '#common/maps/fidelity.ts';
import { resampleMap } from '#common/maps/resample-map.ts';
import { patchPicture } from '../canvas/patch-picture.ts';
import { t } from '../i18n/i18n.svelte.ts';
import { thresholdsOf } from '../maps/canny-condition.ts';
import type { CannyCondition } from '../maps/canny-condition.ts';
import { pixelsOf } from '../maps/picture-pixels.ts';
import type { DocumentState } from './document.svelte.ts';
import type { EngineState } from './engine.svelte.ts';
import { recipeOfVersion } from './results.svelte.ts';

/** A map that was asked for and the one found again in what was painted from it. */
export interface Measured {
  readonly wanted: ConditionMap; // as the model was given it
  readonly found: ConditionMap; // of the same size
  readonly by: string; // what found it, in words
  readonly fidelity: Fidelity;
}

/** What edges that were painted by hand are compared with: those EditAR was trained with. */
const ownCondition: CannyCondition = { kind: 'canny', detector: 'editar' };

/** How well painted pictures keep to their maps, measured when somebody asks. */
export class MapFidelity {
  #measured = $state.raw<ReadonlyMap<VersionId, Measured>>(new Map());
  readonly #document: DocumentState;
  readonly #engine: EngineState;

  constructor(document: DocumentState, engine: EngineState) {
    this.#document = document;
    this.#engine = engine;
  }

  of(version: Version): Measured | undefined {
    return this.#measured.get(version.id);
  }

  /** What a version was painted from; undefined for edits, and where the picture itself was the map. */
  mapOf(version: Version): MapKind | undefined {
    const { task, map } = recipeOfVersion(version);
    return task !== 'edit' && map ? task : undefined;
  }

  /** Whether something here can find maps of a kind. */
  canMeasure(kind: MapKind): boolean {
    return kind === 'canny' || this.#engine.models?.some(({ maps, ready }) => maps === kind && ready) === true;
  }

  /** The picture of a version, for the screen. @throws Error when it has none */
  async pictureOf({ image }: Version): Promise<ImageBitmap> {
    if (!image) throw new Error('the version has no picture');
    const pixels = this.#document.store.require(image);
    const { blobs } = this.#engine.require();
    const canvas = await patchPicture({ offset: { x: 0, y: 0 }, pixels, mask: null }, (id) => blobs.get(id));
    return canvas.transferToImageBitmap();
  }

  /** Finds the map of a painted picture again and compares it with the one it was painted from, at the size the model painted. Depth and
   * classes need an installed network. */
  async measure(version: Version): Promise<void> {
    const recipe = recipeOfVersion(version);
    const kind = this.mapOf(version);
    if (!kind || !recipe.map) throw new Error('the version was not painted from a map');
    const { blobs, maps } = this.#engine.require();
    const { map: wanted } = await maps.read(await blobs.get(recipe.map.picture as BlobId), kind);
    const picture = await this.pictureOf(version);
    const { map, by } = kind === 'canny' ? edgesIn(picture, wanted, recipe) : await this.#extracted(picture, kind);
    picture.close();
    const found = resampleMap(map, { width: wanted.width, height: wanted.height });
    const measured = { wanted, found, by, fidelity: fidelityOf(wanted, found) };
    this.#measured = new Map([...this.#measured, [version.id, measured]]);
  }

  async #extracted(picture: ImageBitmap, kind: 'depth' | 'segmentation') {
    const canvas = new OffscreenCanvas(picture.width, picture.height);
    canvas.getContext('2d')?.drawImage(picture, 0, 0);
    const file = new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer());
    const { blobs, maps } = this.#engine.require();
    const { map, madeBy } = await maps.extract(await blobs.put(file), kind, null);
    return { map, by: madeBy };
  }
}

/** Edges by the detector that found those asked for, where one did. */
function edgesIn(picture: ImageBitmap, wanted: ConditionMap, { condition }: EditRecipe) {
  const how = condition?.kind === 'canny' ? condition : ownCondition;
  const { detector } = how;
  const thresholds = thresholdsOf(how);
  const { width, height } = wanted;
  const data = canny(pixelsOf(picture, { width, height }), detector, thresholds);
  const { low, high } = thresholds;
  const by = t('maps.byCanny', { detector: t(`maps.${detector}`), low: String(low), high: String(high) });
  return { map: { kind: 'canny', width, height, data } as const, by };
}
