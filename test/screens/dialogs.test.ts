import { dialogScreens } from './dialogs.ts';
import { showScreens } from './stage.ts';

showScreens('dialogs', 'Dialogs and menus', dialogScreens);
