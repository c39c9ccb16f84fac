import { brushSizes } from '../tools/brush.ts';
import type { ToolSettings } from '../tools/settings.svelte.ts';
import type { CanvasState } from './canvas.svelte.ts';
import type { KeptTexts } from './instruction-history.svelte.ts';

const key = 'editar.tools';

/** How brushes and the like are set is found again at the next start: these, each within its bounds, and the colour. */
const kept = {
  amount: { min: 1, max: 500 },
  brushSize: brushSizes,
  brushHardness: { min: 0, max: 1 },
  tolerance: { min: 0, max: 255 },
  paintSize: brushSizes,
  paintHardness: { min: 0, max: 1 },
  paintOpacity: { min: 0.01, max: 1 },
  segmentDetail: { min: 0, max: 1 },
} as const satisfies Partial<Record<keyof ToolSettings, { min: number; max: number }>>;
type KeptNumber = keyof typeof kept;
const numbers = Object.keys(kept) as KeptNumber[];

type KeptCanvas = Pick<CanvasState, 'colour' | 'tools'>;

/** Sets tools as they were left, and keeps how they are set from now on. Called once, while the page is set up.
 * @param storage left out: nothing is kept */
export function keepTools(canvas: KeptCanvas, storage: KeptTexts | undefined): void {
  restore(canvas, readKept(storage));
  $effect(() => {
    const set = Object.fromEntries(numbers.map((name) => [name, canvas.tools[name]]));
    try {
      storage?.setItem(key, JSON.stringify({ ...set, colour: canvas.colour }));
    } catch {
      // Full or switched off: they then last as long as the page.
    }
  });
}

/** What is damaged, or out of bounds, stays as shipped. */
function restore(canvas: KeptCanvas, was: Readonly<Record<string, unknown>>): void {
  for (const name of numbers) {
    const value = was[name];
    const { min, max } = kept[name];
    if (typeof value === 'number' && value >= min && value <= max) canvas.tools[name] = value;
  }
  if (typeof was.colour === 'string' && /^#[0-9a-f]{6}$/.test(was.colour)) canvas.colour = was.colour;
}

function readKept(storage: KeptTexts | undefined): Readonly<Record<string, unknown>> {
  try {
    const was: unknown = JSON.parse(storage?.getItem(key) ?? '{}');
    return was !== null && typeof was === 'object' ? { ...was } : {};
  } catch {
    return {}; // damaged: nothing that could be repaired
  }
}
