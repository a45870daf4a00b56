import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { expect, it } from 'vitest';
import { parseJsgf } from './jsgf-parser.ts';
import { keepNetworks, keptNetworks } from './packed-networks.ts';
import { wordNetworkOf } from './word-network.ts';

it('keeps the networks of the last grammar for another process, and no others', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'networks-'));
  const grammar = { rules: '<all> = stop | go;', utterance: 'all', pronunciations: {} };
  const sentences = wordNetworkOf(parseJsgf(grammar.rules), 'all');
  const made = { dictionary: [['go', 'G OW']], sentences, usual: undefined } as const;
  const networks = serialize(made);
  expect(await keptNetworks(folder, grammar)).toBeUndefined();
  await keepNetworks(folder, grammar, networks);
  expect(deserialize((await keptNetworks(folder, grammar))!)).toEqual(made);
  expect(await keptNetworks(folder, { ...grammar, rules: '<all> = stop;' })).toBeUndefined();
  await writeFile(join(folder, 'speech-networks'), 'half a file');
  expect(await keptNetworks(folder, grammar)).toBeUndefined();
  await rm(folder, { recursive: true });
});
