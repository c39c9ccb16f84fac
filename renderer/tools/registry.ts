import { compareTool } from './compare.ts';
import { cropTool } from './crop.ts';
import { eyedropperTool } from './eyedropper.ts';
import { handTool } from './hand.ts';
import { lassoTool } from './lasso.ts';
import { moveTool } from './move.ts';
import { eraseTool, paintTool } from './paint.ts';
import { rectangleTool } from './rectangle.ts';
import { segmentTool } from './segment.ts';
import { selectionBrushTool } from './selection-brush.ts';
import type { ToolId } from './settings.svelte.ts';
import { similarTool } from './similar.ts';
import type { Tool, ToolContext } from './tool.ts';
import { zoomTool } from './zoom.ts';

/** A tool before it is in hand. Its name and its key are those of the command `tool.<id>`. */
export interface ToolDefinition {
  readonly id: ToolId;
  readonly icon: string; // a name of the icon set
  readonly group: 'view' | 'select' | 'paint' | 'picture'; // lines part groups
  create(context: ToolContext): Tool;
}

/** Every tool, in the order of the strip. */
export const toolRegistry = [
  { id: 'hand', icon: 'hand', group: 'view', create: handTool },
  { id: 'zoom', icon: 'zoomIn', group: 'view', create: zoomTool },
  { id: 'rectangle', icon: 'rectangle', group: 'select', create: rectangleTool },
  { id: 'lasso', icon: 'lasso', group: 'select', create: lassoTool },
  { id: 'brush', icon: 'selectBrush', group: 'select', create: selectionBrushTool },
  { id: 'similar', icon: 'wand', group: 'select', create: similarTool },
  { id: 'segment', icon: 'segment', group: 'select', create: segmentTool },
  { id: 'move', icon: 'move', group: 'paint', create: moveTool },
  { id: 'paint', icon: 'brush', group: 'paint', create: paintTool },
  { id: 'erase', icon: 'eraser', group: 'paint', create: eraseTool },
  { id: 'eyedropper', icon: 'eyedropper', group: 'paint', create: eyedropperTool },
  { id: 'crop', icon: 'crop', group: 'picture', create: cropTool },
  { id: 'compare', icon: 'split', group: 'picture', create: compareTool },
] as const satisfies readonly ToolDefinition[];

export const toolDefinition = (id: ToolId): ToolDefinition => toolRegistry.find((each) => each.id === id)!;
