/** Bounds of the side panel, px. */
export const panelLimits = { min: 240, initial: 300, max: 520 } as const;

/** What lies over the page. */
export type Overlay = 'palette' | 'keys' | 'settings' | 'models' | 'about' | 'export' | 'recent' | 'selections';

export const settingsSections = ['appearance', 'editing', 'files', 'keys'] as const;
export type SettingsSection = (typeof settingsSections)[number];

/** How a person arranged the frame. */
export class LayoutState {
  view = $state<'editor' | 'batch'>('editor');
  panelWidth = $state<number>(panelLimits.initial); // px
  isPanelBeside = $state(true); // the work
  /** Whether the window has no room for a panel beside the work. Then it lies over it, for as long as it is wanted. */
  isNarrow = $state(false);
  #isPanelOver = $state(false);
  panel = $state('edit'); // id of the tab in front
  overlay = $state<Overlay>();
  settingsSection = $state<SettingsSection>('appearance');

  get isPanelOpen(): boolean {
    return this.isNarrow ? this.#isPanelOver : this.isPanelBeside;
  }

  set isPanelOpen(isOpen: boolean) {
    if (this.isNarrow) this.#isPanelOver = isOpen;
    else this.isPanelBeside = isOpen;
  }

  /** Whether all that surrounds the picture is wanted out of sight. */
  isBare = $state(false);
  /** Whether it is, which a batch and the welcome screen are nothing without. */
  showsOnlyPicture = $derived(this.isBare && this.view === 'editor');

  /** Whether the workbench for condition maps is in front. */
  showsMaps = $derived(this.view === 'editor' && this.panel === 'maps' && (this.isNarrow || this.isPanelBeside));

  resizePanel(width: number): void {
    this.panelWidth = Math.round(Math.min(panelLimits.max, Math.max(panelLimits.min, width)));
  }

  /** Brings a panel to the front, opening the side if it is closed. */
  showPanel(id: string): void {
    this.panel = id;
    this.isPanelOpen = true;
  }

  openSettings(section: SettingsSection): void {
    this.settingsSection = section;
    this.overlay = 'settings';
  }
}
