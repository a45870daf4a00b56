import type { Stage } from '@parley/shared';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { printFinding, printHead, printSummary, type Finding } from '../../doctor/print.ts';
import { runDoctor } from '../../doctor/run.ts';
import { serveHttp } from '../support/http-server.ts';
import { BROKEN_SERVERS, SECRET, type Use } from './broken-servers.ts';

const STAGE: Record<Use, Stage> = {
  CHAT: 'generator',
  TRANSCRIPTION: 'transcriber',
  SPEECH: 'synthesizer',
};

/** Which of the nine servers of its stage each is. */
const NUMBERED = BROKEN_SERVERS.map((broken, index) => ({
  ...broken,
  number: BROKEN_SERVERS.slice(0, index).filter(({ use }) => use === broken.use).length + 1,
}));

const MISTAKES = {
  COMPATIBLE_CHAT_MODLE: 'llama',
  OPENAI_KEY: SECRET,
  COMPATIBLE_9_TRANSCRIPTION_PATH: '/inference',
  COMPATIBLE_8_SPEECH_BASE_URL: 'http://127.0.0.1:9/v1/audio/speech',
  COMPATIBLE_8_SPEECH_API_KEY: SECRET,
  COMPATIBLE_8_SPEECH_HEADERS: `Authorization: ${SECRET}`,
};

let folder: string;
let findings: readonly Finding[];
let complaints = '';
let status: number;
const closers: (() => void)[] = [];

// All of them in one run: numbered servers are as many services.
beforeAll(async () => {
  const environment: Record<string, string> = { ...MISTAKES };
  for (const { server, settings, use, number, isDown } of NUMBERED) {
    const { url, close } = await serveHttp(server);
    if (isDown === true) close();
    else closers.push(close);
    const prefix = number === 1 ? 'COMPATIBLE' : `COMPATIBLE_${number}`;
    for (const [name, value] of Object.entries(settings(url))) {
      environment[`${prefix}_${use}_${name}`] = value;
    }
  }
  folder = await mkdtemp(join(tmpdir(), 'parley-broken-'));
  const lines: string[] = [];
  status = await runDoctor(['--json'], {
    output: { write: (text) => lines.push(text) },
    errors: { write: (text) => (complaints += text) },
    environment,
    folder,
    signal: AbortSignal.timeout(60_000),
  });
  findings = lines.map((line) => JSON.parse(line) as Finding);
}, 60_000);
afterAll(async () => {
  for (const close of closers) close();
  await rm(folder, { recursive: true, force: true });
});

function findingOf(use: Use, number: number): Finding | undefined {
  const name = number === 1 ? 'compatible' : `compatible-${number}`;
  return findings.find(({ stage, provider }) => stage === STAGE[use] && provider === name);
}

describe('the doctor names the cause and what to change, given', () => {
  test.each(NUMBERED)('$what', ({ use, number, works = false, detail, advice }) => {
    const finding = findingOf(use, number);
    expect(finding, JSON.stringify(finding)).toMatchObject({ works });
    expect(finding?.detail).toMatch(detail);
    expect(finding?.advice?.replaceAll(/COMPATIBLE_(?=[A-Z])/g, 'COMPATIBLE_1_')).toMatch(advice);
  });

  test.each([
    'COMPATIBLE_CHAT_MODLE is not a setting of Parley and has no effect. Do you mean COMPATIBLE_CHAT_MODEL?',
    'OPENAI_KEY is not a setting of Parley and has no effect. Do you mean OPENAI_API_KEY?',
    'COMPATIBLE_9_TRANSCRIPTION_PATH is set, but no address: set COMPATIBLE_9_TRANSCRIPTION_BASE_URL',
    'COMPATIBLE_8_SPEECH_API_KEY and the Authorization in COMPATIBLE_8_SPEECH_HEADERS contradict',
    'COMPATIBLE_8_SPEECH_BASE_URL ends in /audio/speech, which Parley adds itself',
  ])('%s', (sentence) => {
    expect(complaints).toContain(sentence);
  });
});

it('fits a terminal of 100 columns, with all of the words', () => {
  let table = '';
  const output = { write: (text: string) => (table += text) };
  printHead(output);
  for (const finding of findings) printFinding(output, finding);
  printSummary(output, findings);
  const widest = Math.max(...table.split('\n').map((line) => line.length));
  expect(widest).toBeLessThanOrEqual(100);
  // A server's control characters do not get to the terminal either.
  expect(table).not.toMatch(/[^\P{Cc}\n]/u);
  const words = table.replaceAll(/\s+/g, ' ');
  for (const { advice } of findings) expect(words).toContain(advice?.slice(-20) ?? '');
});

it('shows no secret, and a script can tell that something is broken', () => {
  expect(JSON.stringify(findings)).not.toContain(SECRET);
  expect(complaints).not.toContain(SECRET);
  expect(status).toBe(1);
});

it('says of what is not configured which setting is enough', () => {
  const idle = findings.filter(({ configured }) => !configured);
  expect(idle.length).toBeGreaterThan(5);
  for (const { provider, detail } of idle) {
    // Its key alone makes Deepgram speak with another voice.
    const more =
      provider === 'deepgram-flux-voice' ? ' and a voice of Flux in DEEPGRAM_VOICES' : '';
    expect(detail).toMatch(new RegExp(`^needs [A-Z_]+${more}$`));
  }
});
