import { batchScreens } from './batch.ts';
import { showScreens } from './stage.ts';

showScreens('batch', 'Batch', batchScreens);
