import { getContext, setContext } from 'svelte';
import type { Host } from '../host/host.ts';
import { CanvasState } from './canvas.svelte.ts';
import { Commands } from './commands.svelte.ts';
import { EditorState } from './editor.svelte.ts';
import { EngineState } from './engine.svelte.ts';
import { JobState } from './job.svelte.ts';
import { MapPainting } from './map-painting.svelte.ts';
import { MapsState } from './maps.svelte.ts';
import { platformOf } from './keys.ts';
import { LayoutState } from './layout.svelte.ts';
import { Problems } from './problems.svelte.ts';
import { Questions } from './questions.svelte.ts';
import { SamplesState } from './samples.svelte.ts';
import { SettingsState } from './settings.svelte.ts';

/** Everything the page remembers, made once per page. */
export interface AppState {
  readonly host: Host;
  readonly problems: Problems;
  readonly engine: EngineState;
  readonly editor: EditorState;
  readonly job: JobState;
  readonly canvas: CanvasState;
  readonly maps: MapsState;
  readonly painting: MapPainting;
  readonly commands: Commands;
  readonly layout: LayoutState;
  readonly questions: Questions;
  readonly settings: SettingsState;
  readonly samples: SamplesState;
}

export function createAppState(host: Host): AppState {
  const problems = new Problems();
  const engine = new EngineState(host, problems);
  const editor = new EditorState(engine);
  const settings = new SettingsState(engine, problems);
  const samples = new SamplesState(engine, problems);
  const job = new JobState(engine, editor, problems);
  const commands = new Commands(problems, platformOf(navigator.userAgent));
  const canvas = new CanvasState();
  const maps = new MapsState(editor, engine);
  const painting = new MapPainting(engine, maps, problems);
  const layout = new LayoutState();
  const questions = new Questions();
  return {
    host,
    problems,
    engine,
    editor,
    job,
    canvas,
    maps,
    painting,
    commands,
    layout,
    questions,
    settings,
    samples,
  };
}

const key = Symbol('app state');

export const provideAppState = (state: AppState): AppState => setContext(key, state);

export const useAppState = (): AppState => getContext<AppState>(key);
