import { welcomeScreens } from './welcome.ts';
import { showScreens } from './stage.ts';

showScreens('welcome', 'Welcome', welcomeScreens);
