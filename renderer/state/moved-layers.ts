import type { Layer, LayerId } from '#common/document/records.ts';
import type { Bounds } from '#common/geometry.ts';
import { t } from '../i18n/i18n.svelte.ts';
import type { MovedLayers } from '../tools/tool.ts';
import type { AppState } from './app-state.ts';

/** The selected layers, for the tool that moves them. */
export function movedLayers(app: AppState): MovedLayers {
  const { canvas, document, layers, moves, problems } = app;
  /** Undefined, and said, where one of them is to stay. */
  const movable = () => {
    const { selected } = layers;
    const locked = selected.find(({ isLocked }) => isLocked);
    if (locked) problems.notice(t('layers.isLockedInPlace', { name: locked.name }));
    return locked ? undefined : selected;
  };
  const boundsOf = (layer: Layer): Bounds => {
    const by = moves.carried?.ids.has(layer.id) ? moves.carried.by : { x: 0, y: 0 };
    const { x, y } = layers.cornerOf(layer);
    return { x: x + by.x, y: y + by.y, ...document.store.require(layer.image).extent };
  };
  return {
    get bounds() {
      return layers.selected.map(boundsOf);
    },
    get others() {
      return document.layers.filter((layer) => layer.isVisible && !layers.selected.includes(layer)).map(boundsOf);
    },
    begin: (what) => {
      const selected = movable();
      const [first] = selected ?? [];
      if (!selected || !first) return undefined;
      const place = [selected, layers.cornerOf(first), canvas.viewport.scale] as const;
      return what === 'copies' ? moves.beginCopies(...place) : moves.begin(...place);
    },
    nudge: (by) => {
      const selected = movable();
      if (selected) void problems.attempt(() => moves.nudge(selected, by));
    },
    chooseAt: async (at, how) => {
      const among = document.layers.map(({ id }) => id);
      const place = { x: Math.floor(at.x), y: Math.floor(at.y) };
      const found = (await canvas.requireCompositor().ask('layer', { at: place, among })) as LayerId | null;
      if (found === null || !document.store.get(found)) return false;
      if (how === 'toggle') layers.toggle(found);
      else if (!layers.selected.some(({ id }) => id === found)) layers.choose(found);
      return true;
    },
  };
}
