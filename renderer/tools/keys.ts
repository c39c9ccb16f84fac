import type { CanvasState } from '../state/canvas.svelte.ts';
import { toolRegistry } from './registry.ts';
import type { Held, Tool } from './tool.ts';

export interface KeyContext {
  readonly canvas: CanvasState;
  readonly tool: Tool;
  readonly isOnCanvas: boolean; // whether no button or field has the keyboard
  readonly isMac: boolean;
}

/** Does what a key means on the canvas. @returns whether it meant anything */
export function canvasKey(event: KeyboardEvent, { canvas, tool, isOnCanvas, isMac }: KeyContext): boolean {
  if (event.defaultPrevented || event.isComposing || isTyping(event.target)) return false;
  const held: Held = { shift: event.shiftKey, alt: event.altKey, mod: isMac ? event.metaKey : event.ctrlKey };
  if (held.mod) return modKey(event.key, held, canvas);
  if (event.ctrlKey || event.metaKey) return false;
  if (isOnCanvas && event.key === 'Escape') return tool.cancel?.() === true || deselect(canvas);
  if (isOnCanvas && tool.key?.(event.key, held)) return true;
  return toolKey(event.key, held, canvas);
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  const isField = target instanceof HTMLInputElement && !['range', 'checkbox', 'radio', 'button'].includes(target.type);
  return isField || target instanceof HTMLTextAreaElement || target.isContentEditable;
}

function deselect({ selection }: CanvasState): boolean {
  const wasSelected = selection.mask !== null;
  selection.none();
  return wasSelected;
}

function toolKey(key: string, { alt, shift }: Held, { tools }: CanvasState): boolean {
  const definition = toolRegistry.find((each) => each.key === key.toUpperCase());
  if (!definition || alt || shift) return false;
  tools.active = definition.id;
  return true;
}

function modKey(key: string, { shift }: Held, { viewport, selection }: CanvasState): boolean {
  const actions: Readonly<Record<string, () => void>> = {
    '+': () => viewport.zoomStep('in'),
    '=': () => viewport.zoomStep('in'),
    '-': () => viewport.zoomStep('out'),
    '0': () => viewport.fit(),
    '1': () => viewport.zoomTo(1),
    a: () => selection.all(),
    d: () => selection.none(),
    ...(shift ? { I: () => selection.invert() } : {}),
  };
  const act = actions[key];
  act?.();
  return act !== undefined;
}
