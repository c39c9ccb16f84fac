import { t } from '../i18n/i18n.svelte.ts';
import type { MovedLayers } from '../tools/tool.ts';
import type { AppState } from './app-state.ts';

/** The selected layers, for the tool that moves them. */
export function movedLayers({ canvas, document, layers, moves, problems }: AppState): MovedLayers {
  /** Undefined, and said, where one of them is to stay. */
  const movable = () => {
    const { selected } = layers;
    const locked = selected.find(({ isLocked }) => isLocked);
    if (locked) problems.notice(t('layers.isLockedInPlace', { name: locked.name }));
    return locked ? undefined : selected;
  };
  return {
    get bounds() {
      const { carried } = moves;
      return layers.selected.map((layer) => {
        const by = carried?.ids.has(layer.id) ? carried.by : { x: 0, y: 0 };
        const { x, y } = layers.cornerOf(layer);
        return { x: x + by.x, y: y + by.y, ...document.store.require(layer.image).extent };
      });
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
  };
}
