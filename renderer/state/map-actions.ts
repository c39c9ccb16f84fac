import { kindOfFile, legendFileName } from '#common/maps/map-files.ts';
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

    /** Opens those of some files that are maps: by their names, and with the workbench in front by their pixels too.
     * @returns the others */
    async openDropped(files: readonly File[]): Promise<readonly File[]> {
      const others: File[] = [];
      const legends = new Set<File>();
      for (const file of files) {
        const isPicture = !file.name.endsWith('.json');
        const picture = { name: file.name, bytes: new Uint8Array(isPicture ? await file.arrayBuffer() : []) };
        const kind = isPicture && layout.showsMaps ? await maps.kindOf(picture) : kindOfFile(file.name);
        if (!kind) {
          others.push(file);
          continue;
        }
        const legend = files.find(({ name }) => name === legendFileName(file.name));
        if (legend) legends.add(legend);
        layout.showPanel('maps');
        await maps.read(picture, kind, legend && new Uint8Array(await legend.arrayBuffer()));
      }
      return others.filter((file) => !legends.has(file));
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
