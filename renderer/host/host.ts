import type { Folder } from '#common/contract/batch-service.ts';
import type { ChosenFile } from '#common/contract/documents.ts';
import type { EngineServices, NamedBytes, ShownMenu } from '#common/contract/services.ts';
import type { Event } from '#common/rpc/contract.ts';

/** Dialogs of the system, or the browser's nearest thing to them. */
export interface Dialogs {
  /** Null when the person chooses nothing. */
  openPicture(): Promise<NamedBytes | null>;
  /** False when the person chooses nothing. */
  savePicture(picture: NamedBytes): Promise<boolean>;
  /** A picture or a project: a file of the machine, or its bytes. Null when the person chooses nothing. */
  chooseFile(): Promise<ChosenFile | NamedBytes | null>;
  /** Where to write: a file of the machine, or only a name, when what is written is handed to `savePicture`. Null when the person chooses
   * nothing. */
  chooseTarget(name: string): Promise<ChosenFile | { readonly name: string } | null>;
  /** A folder for a batch; null when the person chooses none. Left out where the page has to ask itself: browsers do not tell paths. */
  chooseFolder?(): Promise<Folder | null>;
}

/** Where the page runs: all it has of the world outside. */
export interface Host {
  readonly kind: 'desktop' | 'browser';
  readonly dialogs: Dialogs;
  /** The engine's services each time it can be reached, undefined when it was lost. Told anew after every loss. */
  readonly onEngine: Event<EngineServices | undefined>;
  /** Pictures and projects given to the program from outside. */
  readonly onOpened: Event<ChosenFile>;
  /** A folder that was dropped onto the page, where the host can tell which. */
  readonly onFolderDropped: Event<Folder>;
  /** Told after each drop of files onto the page of the desktop program: the files of the machine in their order, null for one that lies
   * nowhere. */
  readonly onFilesDropped: Event<readonly (ChosenFile | null)[]>;
  /** Ids of commands that were chosen in the system's menu. */
  readonly onCommand: Event<string>;
  /** Told once the person wants to leave a page with unsaved work; it stays until it is left by `leave`. Never told in a browser, which
   * asks by itself. */
  readonly onLeaveWanted: Event<'close'>;
  /** Whether leaving is to be asked about. */
  noteUnsaved(hasUnsaved: boolean): void;
  leave(): void;
  /** What the system's menu is to hold, where there is one. */
  showMenu(menus: readonly ShownMenu[]): void;
}
