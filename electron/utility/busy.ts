import type { DeskMessage } from '#common/contract/batch-service.ts';

/** Hears what a batch says, and tells when it begins to work and when it has stopped: a batch is left alone for hours, and meanwhile the
 * machine is not to fall asleep. */
export function whenBusy(tell: (isBusy: boolean) => void): (message: DeskMessage) => void {
  let wasBusy = false;
  return (message) => {
    if (!['progress', 'finished', 'cancelled', 'failed'].includes(message.type)) return;
    const isBusy = message.type === 'progress' && message.running.length > 0;
    if (isBusy !== wasBusy) tell(isBusy);
    wasBusy = isBusy;
  };
}
