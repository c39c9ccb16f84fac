import type { ByteSource } from './checkpoint.ts';
import { Refusal } from './refusal.ts';
import { headerLength } from './safetensors-header.ts';

export type FileKind = 'safetensors' | 'torch' | 'index';

const headBytes = 512;

/** Recognises a weights file by its first bytes. Throws `checkpoint-invalid` or `unsupported` saying what the file is
 * instead; also when its suffix promises another format: a pickle that calls itself safetensors is a known trick. */
export async function fileKind(source: ByteSource): Promise<FileKind> {
  const refusal = new Refusal(source.name);
  if (source.size === 0) throw refusal.invalid('is empty: download it again');
  const head = await source.read(0, Math.min(headBytes, source.size));
  const kind = kindOf(head);
  if (!kind) throw wrongFile(head, refusal);
  const promised = promisedKind(source.name);
  if (promised && promised !== kind) {
    throw refusal.invalid(`holds ${titles[kind]}, not ${titles[promised]} as its name says; rename it if you trust it`);
  }
  return kind;
}

const titles: Readonly<Record<FileKind, string>> = {
  safetensors: 'safetensors data',
  torch: 'a PyTorch archive',
  index: 'an index of weight files',
};

function kindOf(head: Uint8Array): FileKind | undefined {
  const text = latin1(head);
  if (text.startsWith('PK\x03\x04') || text.startsWith('PK\x05\x06')) return 'torch';
  if (headerLength(head) !== undefined && text[8] === '{') return 'safetensors';
  if (/^\s*\{/.test(text)) return 'index';
  return undefined;
}

function promisedKind(name: string): FileKind | undefined {
  if (/\.safetensors$/i.test(name)) return 'safetensors';
  return /\.(pt|pth|ckpt)$/i.test(name) ? 'torch' : undefined;
}

type Verdict = readonly [starts: readonly string[], kind: 'invalid' | 'unsupported', what: string];

const protocols = ['\x80\x02', '\x80\x03', '\x80\x04', '\x80\x05'];
const legacyMagic = '\x8a\nl\xfc\x9cF\xf9';

/** First bytes of what is found where a weights file was expected, with what to do about it; the first match counts. */
const wrongFiles: readonly Verdict[] = [
  [
    ['version https://git-lfs'],
    'invalid',
    'is a Git LFS pointer, not the weights; run `git lfs pull` or download the file',
  ],
  [['<'], 'invalid', 'is a web page, not weights; the download link led to an error or login page'],
  [
    protocols.map((protocol) => protocol + legacyMagic),
    'unsupported',
    'is in the PyTorch format from before version 1.6; load and save it with a newer PyTorch',
  ],
  [protocols, 'unsupported', 'is a bare Python pickle, not a PyTorch archive; such files are not opened'],
  [['GGUF'], 'unsupported', 'is a GGUF file; safetensors or PyTorch weights are needed'],
  [['\x89HDF'], 'unsupported', 'is an HDF5 file; safetensors or PyTorch weights are needed'],
  [['\x1f\x8b', '7z\xbc\xaf', 'Rar!', 'BZh'], 'unsupported', 'is a compressed archive; unpack it first'],
];

function wrongFile(head: Uint8Array, refusal: Refusal): Error {
  const text = latin1(head).trimStart();
  const found = wrongFiles.find(([starts]) => starts.some((start) => text.startsWith(start)));
  if (found) return refusal[found[1]](found[2]);
  if (/^[\t\n\r\x20-\x7e]+$/.test(text)) return refusal.invalid('is a text file, not weights');
  return refusal.invalid('is neither a safetensors nor a PyTorch file');
}

const latin1 = (bytes: Uint8Array): string => String.fromCharCode(...bytes);
