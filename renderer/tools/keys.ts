import type { SelectionState } from '../state/selection.svelte.ts';
import type { Tool } from './tool.ts';

interface Key {
  readonly key: string;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
}

/** What a key without a command means on the canvas: the tool's own keys, and Escape, which gives up what was begun and then the
 * selection. @returns whether it meant anything */
export function canvasKey(event: Key, tool: Tool, selection: SelectionState): boolean {
  if (event.ctrlKey || event.metaKey) return false;
  if (event.key === 'Escape') return tool.cancel?.() === true || deselect(selection);
  return tool.key?.(event.key, { shift: event.shiftKey, alt: event.altKey, mod: false }) ?? false;
}

function deselect(selection: SelectionState): boolean {
  const wasSelected = selection.mask !== null;
  selection.none();
  return wasSelected;
}
