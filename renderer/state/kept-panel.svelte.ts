import { untrack } from 'svelte';
import type { LayoutState } from './layout.svelte.ts';
import type { SettingsState } from './settings.svelte.ts';

type KeptSettings = Pick<SettingsState, 'current' | 'change'>;
type Panel = Pick<LayoutState, 'panelWidth' | 'isPanelBeside'>;

export const keepMs = 400; // after the last move of its edge

/** The side panel as it was left, in every window. What comes back of an own change is not taken up: the panel may have moved on. Called
 * once, while the page is set up. */
export function keepPanel(settings: KeptSettings, layout: Panel): void {
  let unkept = $state(0); // moves that are not in the settings yet
  $effect(() => {
    if (unkept > 0) return;
    layout.panelWidth = settings.current.panelWidth;
    layout.isPanelBeside = settings.current.isPanelOpen;
  });
  $effect(() => {
    const { panelWidth, isPanelBeside: isPanelOpen } = layout;
    const kept = settings.current;
    if (panelWidth === kept.panelWidth && isPanelOpen === kept.isPanelOpen) return;
    untrack(() => unkept++);
    let isSent = false;
    const timer = setTimeout(() => {
      isSent = true;
      void settings.change({ panelWidth, isPanelOpen }).finally(() => unkept--);
    }, keepMs);
    return () => {
      clearTimeout(timer);
      if (!isSent) unkept--;
    };
  });
}
