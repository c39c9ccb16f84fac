import { editorScreens } from './editor.ts';
import { showScreens } from './stage.ts';

showScreens('editor', 'Editor', editorScreens);
