import { mapScreens } from './maps.ts';
import { showScreens } from './stage.ts';

showScreens('maps', 'Condition maps', mapScreens);
