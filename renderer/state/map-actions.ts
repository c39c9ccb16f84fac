import type { MapKind } from '#common/maps/condition-map.ts';
import { t } from '../i18n/i18n.svelte.ts';
import type { AppState } from './app-state.ts';
import { createEditActions } from './edit-actions.ts';
import type { Sample } from './samples.svelte.ts';

/** What a person can do with maps of the embedded model. Each rejects with what went wrong. */
export function createMapActions(app: AppState) {
  const { engine, editSettings: settings, layout, maps } = app;
  const edits = createEditActions(app);

  async function open({ title, bytes, instructions }: Opened, kind: MapKind): Promise<void> {
    await maps.read({ name: `${title.toLowerCase()}.png`, bytes }, kind);
    settings.task = kind;
    settings.instruction = instructions[0] ?? '';
  }

  return {
    /** Opens the embedded model's own map of a kind, with words for it. */
    async openExample(kind: MapKind): Promise<void> {
      const services = engine.require();
      const sample = (await services.models.samples()).find(({ task }) => task === kind);
      if (!sample) throw new Error(t('maps.noExample'));
      await open({ ...sample, bytes: await services.blobs.get(sample.blob) }, kind);
    },

    /** Opens a map on the workbench and paints a picture from it. @param words left out: it is only opened */
    async trySample(sample: Sample, words: string | undefined): Promise<void> {
      if (sample.task === 'edit') throw new Error('the sample is no map');
      layout.showPanel('maps');
      await open(sample, sample.task);
      if (words === undefined) return;
      settings.instruction = words;
      if (edits.canRun()) await edits.run();
    },
  };
}

type Opened = Pick<Sample, 'title' | 'bytes' | 'instructions'>;
