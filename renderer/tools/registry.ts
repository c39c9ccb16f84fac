import { compareTool } from './compare.ts';
import { cropTool } from './crop.ts';
import { eyedropperTool } from './eyedropper.ts';
import { handTool } from './hand.ts';
import { lassoTool } from './lasso.ts';
import { rectangleTool } from './rectangle.ts';
import { selectionBrushTool } from './selection-brush.ts';
import { similarTool } from './similar.ts';
import type { Tool, ToolContext } from './tool.ts';
import type { ToolId } from './settings.svelte.ts';
import { zoomTool } from './zoom.ts';

export interface ToolDefinition {
  readonly id: ToolId;
  readonly label: string;
  readonly key: string; // one letter, upper case
  readonly icon: string; // a name of the icon set
  readonly group: 'view' | 'select' | 'picture'; // lines part groups
  create(context: ToolContext): Tool;
}

/** Every tool, in the order of the strip. */
export const toolRegistry: readonly ToolDefinition[] = [
  { id: 'hand', label: 'Hand', key: 'H', icon: 'hand', group: 'view', create: handTool },
  { id: 'zoom', label: 'Zoom', key: 'Z', icon: 'zoomIn', group: 'view', create: zoomTool },
  { id: 'rectangle', label: 'Select a rectangle', key: 'M', icon: 'rectangle', group: 'select', create: rectangleTool },
  { id: 'lasso', label: 'Lasso', key: 'L', icon: 'lasso', group: 'select', create: lassoTool },
  { id: 'brush', label: 'Selection brush', key: 'B', icon: 'brush', group: 'select', create: selectionBrushTool },
  { id: 'similar', label: 'Select similar colours', key: 'W', icon: 'wand', group: 'select', create: similarTool },
  { id: 'crop', label: 'Crop', key: 'C', icon: 'crop', group: 'picture', create: cropTool },
  { id: 'compare', label: 'Compare with before', key: 'V', icon: 'compare', group: 'picture', create: compareTool },
  { id: 'eyedropper', label: 'Pick a colour', key: 'I', icon: 'eyedropper', group: 'picture', create: eyedropperTool },
];

export const toolDefinition = (id: ToolId): ToolDefinition => toolRegistry.find((each) => each.id === id)!;
