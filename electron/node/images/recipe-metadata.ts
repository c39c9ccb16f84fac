import type { PngText } from './png-chunks.ts';

/** What is written about how a picture was made. */
export interface RecipeStamp {
  readonly recipe: unknown; // plain JSON from which the edit can be run again
  readonly parameters: GenerationParameters;
  readonly system: string; // the model, as a person knows it
  readonly systemVersion: string; // of the program
  readonly isWhollyNew: boolean; // nothing of a photo is left, as when painting from a map
}

/** What other programs of this kind exchange as a text named `parameters`. */
export interface GenerationParameters {
  readonly prompt: string;
  readonly fields: Readonly<Record<string, string | number>>; // for example Steps, Seed, CFG scale, Size, Model
  readonly negativePrompt?: string;
}

export const recipeKeyword = 'editar-recipe';
export const parametersKeyword = 'parameters';

/** The texts of a PNG. */
export function recipeTexts({ recipe, parameters }: RecipeStamp): PngText[] {
  return [
    { keyword: parametersKeyword, text: parametersText(parameters) },
    { keyword: recipeKeyword, text: JSON.stringify(recipe) },
  ];
}

const sourceTypes = 'http://cv.iptc.org/newscodes/digitalsourcetype/';

/** The XMP properties: the fields for generated pictures of the IPTC Photo Metadata Standard 2025.1, and ours. */
export function recipeProperties(stamp: RecipeStamp) {
  const type = stamp.isWhollyNew ? 'trainedAlgorithmicMedia' : 'compositeWithTrainedAlgorithmicMedia';
  const iptc = {
    DigitalSourceType: sourceTypes + type,
    AISystemUsed: stamp.system,
    AISystemVersionUsed: stamp.systemVersion,
    AIPromptInformation: stamp.parameters.prompt,
  };
  return { iptc, ours: { recipe: JSON.stringify(stamp.recipe), parameters: parametersText(stamp.parameters) } };
}

/** Three lines at most: the prompt, the negative prompt, and `name: value` pairs. Values with separators in them are quoted. */
export function parametersText({ prompt, negativePrompt, fields }: GenerationParameters): string {
  const pairs = Object.entries(fields).map(([name, value]) => `${name}: ${quoted(String(value))}`);
  const negative = negativePrompt ? [`Negative prompt: ${negativePrompt}`] : [];
  return [prompt, ...negative, pairs.join(', ')].join('\n');
}

const quoted = (value: string): string => (/[,:\n"]/.test(value) ? JSON.stringify(value) : value);

/** Reads such a text, ours or another program's. Without a line of pairs everything is the prompt. */
export function parseParameters(text: string): GenerationParameters {
  const lines = text.trim().split('\n');
  const isPairs = /^\s*[\w ]+: .*\w+: /.test(lines.at(-1) ?? '') || /^Steps: /.test(lines.at(-1) ?? '');
  const fields = isPairs ? parsePairs(lines.pop() ?? '') : {};
  const [prompt = '', ...negative] = lines.join('\n').split(/(?:^|\n)Negative prompt: /);
  return { prompt, fields, ...(negative.length > 0 && { negativePrompt: negative.join('\n') }) };
}

function parsePairs(line: string): Record<string, string> {
  const pairs = line.matchAll(/\s*([\w /-]+):\s*("(?:\\.|[^\\"])*"|[^,]*)(?:,|$)/g);
  return Object.fromEntries([...pairs].map(([, name = '', value = '']) => [name.trim(), unquoted(value.trim())]));
}

function unquoted(value: string): string {
  if (!value.startsWith('"')) return value;
  try {
    return String(JSON.parse(value));
  } catch {
    return value; // another program's idea of quoting
  }
}
