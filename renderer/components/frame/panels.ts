import type { Component } from 'svelte';
import type { IconName } from '../ui/icons.ts';
import LayersPanel from '../layers/LayersPanel.svelte';
import HistoryPanel from '../results/HistoryPanel.svelte';
import EditPanel from './EditPanel.svelte';
import MapsPart from './MapsPart.svelte';

/** A tab of the side panel. */
export interface Panel {
  readonly id: string;
  readonly label: 'frame.panelEdit' | 'frame.panelLayers' | 'frame.panelHistory' | 'frame.panelMaps'; // a message without values
  readonly icon: IconName;
  readonly content: Component;
}

/** The side panel's tabs, in order. A new panel is one line here and one message. */
export const panels: readonly [Panel, ...Panel[]] = [
  { id: 'edit', label: 'frame.panelEdit', icon: 'sliders', content: EditPanel },
  { id: 'layers', label: 'frame.panelLayers', icon: 'layers', content: LayersPanel },
  { id: 'history', label: 'frame.panelHistory', icon: 'history', content: HistoryPanel },
  { id: 'maps', label: 'frame.panelMaps', icon: 'maps', content: MapsPart },
];
