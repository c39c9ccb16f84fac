import { BatchDesk } from '../batch/batch-desk.ts';
import type { Reveal } from '../batch/item-files.ts';
import { GrantedFolders } from '../batch/granted-folders.ts';
import { openStores } from '../projects/stores.ts';
import type { Services } from '../services.ts';
import type { HostedServices } from './engine-services.ts';

/** Everything a host serves its pages with. @param roots folders that a page in a browser may choose from, with those below them
 * @param reveal shows a file in the system's file manager, where there is one */
export function hostServices(
  services: HostedServices['services'] &
    Pick<Services, 'dataFolder' | 'anotherEngine' | 'devices'> &
    Partial<Pick<Services, 'fileThread'>>,
  roots: readonly string[] = [],
  reveal?: Reveal,
): HostedServices {
  const stores = openStores(services.dataFolder, services.fileThread);
  const folders = new GrantedFolders(stores.files, roots);
  return { services, ...stores, folders, batches: new BatchDesk(services, folders, reveal) };
}
