import type { IconName } from './icons.ts';

/** A line of a menu that opens from a button. */
export type MenuEntry =
  | 'line'
  | {
      readonly label: string;
      readonly icon?: IconName;
      readonly keys?: string; // as printed on the keyboard
      readonly isChecked?: boolean;
      readonly isDisabled?: boolean;
      readonly isFaint?: boolean; // it is not so at the moment
      readonly isDanger?: boolean; // it destroys something
      readonly run: () => void;
      readonly takesFocus?: boolean; // begins something that has the keyboard then; run when the menu is gone
    };
