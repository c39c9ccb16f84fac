import type { Task } from '../../api.ts';

/** What the released model was trained to read before a description, word for word (editar.md section 7). */
const prefixes: Readonly<Record<Task, string>> = {
  edit: '',
  canny: 'Given the canny edge image, generate an image following the description: ',
  depth: 'Given the depth image, generate an image following the description: ',
  segmentation: 'Given the segmentation mask, generate an image following the description: ',
};

/** The text that the encoder is given: the raw instruction, or a description after its task's fixed words. */
export const promptFor = (task: Task, instruction: string): string => prefixes[task] + instruction;
