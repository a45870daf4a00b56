import { createHash } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { SpeechGrammar } from './grammar.ts';

/** In a cache folder. `GrammarNetworks` are kept and handed on as `serialize` writes them. */
const FILE_NAME = 'speech-networks';
/** What the networks of a grammar depend on, beside the grammar. */
const MAKERS = ['jsgf', 'jsgf-parser', 'word-network', 'recogniser', 'packed-networks'];

type Kept = readonly [digest: string, networks: Uint8Array];

/** @returns what an earlier process kept of the same grammar, made by the same code */
export async function keptNetworks(
  folder: string,
  grammar: SpeechGrammar,
): Promise<Uint8Array | undefined> {
  try {
    const [digest, networks] = deserialize(await readFile(join(folder, FILE_NAME))) as Kept;
    return digest === (await digestOf(grammar)) ? networks : undefined;
  } catch {
    return undefined;
  }
}

/** For the next process, which makes them again if they cannot be kept. */
export async function keepNetworks(
  folder: string,
  grammar: SpeechGrammar,
  networks: Uint8Array,
): Promise<void> {
  const path = join(folder, FILE_NAME);
  const written = `${path}.${process.pid}`;
  try {
    await writeFile(written, serialize([await digestOf(grammar), networks] satisfies Kept));
    await rename(written, path);
  } catch {
    // The folder is read-only, or the disk is full.
  }
}

async function digestOf(grammar: SpeechGrammar): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(grammar));
  hash.update(import.meta.resolve('soundswallower'));
  const sources = MAKERS.map((name) => readFile(new URL(`./${name}.ts`, import.meta.url)));
  for (const source of await Promise.all(sources)) hash.update(source);
  return hash.digest('hex');
}
