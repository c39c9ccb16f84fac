import type { Actions } from './actions.ts';
import type { AppState } from './app-state.ts';

/** Makes the commands of the batch view runnable. @returns takes them back */
export function registerBatchCommands({ batch, commands }: AppState, { chooseAndOpen }: Actions): () => void {
  return commands.registerAll({
    'file.open': { run: chooseAndOpen },
    'batch.start': {
      run: () => batch.start(),
      isEnabled: () => !batch.batch && batch.form.isComplete && (batch.plan?.make ?? 0) > 0,
    },
    'batch.pause': {
      run: async () => void (await (batch.batch?.status === 'paused' ? batch.resume() : batch.pause())),
      isEnabled: () => batch.isUnderWay,
      isChecked: () => batch.batch?.status === 'paused',
    },
    'batch.cancel': { run: async () => void (await batch.cancel()), isEnabled: () => batch.isUnderWay },
  });
}
