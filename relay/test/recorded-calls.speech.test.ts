import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openWarmStages, START_MS } from '../src/providers/embedded/warm-engines.rig.ts';
import type { FailoverStages } from '../src/call/stages/failover-stages.ts';
import { runTalk } from '../talk/run.ts';
import { startTestRelay, type TestRelay } from './support/test-relay.ts';

/**
 * Flight recordings of calls with the embedded providers, from the page or the terminal: each must
 * replay to the same words, turns, interruptions and endings. To add one, put the file there.
 */
const FOLDER = join(import.meta.dirname, 'recorded-calls');
const RECORDINGS = (await readdir(FOLDER)).filter((name) => name.endsWith('.flight.jsonl'));
/** The duration of things on a busy machine does not matter to these cases. */
const ANY_DELAY_MS = '600000';

let providers: FailoverStages;
let relay: TestRelay;
beforeAll(async () => {
  providers = await openWarmStages();
  relay = await startTestRelay({ stages: providers });
}, START_MS);
afterAll(async () => {
  await relay[Symbol.asyncDispose]();
  await providers[Symbol.asyncDispose]();
});

test('there are recordings', () => {
  expect(RECORDINGS).not.toEqual([]);
});

test.each(RECORDINGS)('%s replays to the same call', async (name) => {
  let output = '';
  let errors = '';
  const status = await runTalk(
    ['--replay', join(FOLDER, name), '--url', relay.url, '--tolerance', ANY_DELAY_MS],
    {
      output: { write: (text: string) => (output += text) },
      errors: { write: (text: string) => (errors += text) },
      signal: new AbortController().signal,
    },
  );
  expect({ status, errors }, output).toEqual({ status: 0, errors: '' });
});
