import { compileFlite, Flite } from '@parley/relay/testing';
import { expect } from '@playwright/test';
import { test } from '../call/support/call-test.ts';
import { captions } from '../call/support/captions.ts';
import { readTap, stretchesOf } from '../support/tap.ts';
import { joined, silence } from '../support/wav.ts';

const VOICES = ['slt', 'rms', 'awb', 'kal16'] as const;
type VoiceName = (typeof VOICES)[number];

/** Cut at the places at which people stop to think. */
const SENTENCES = [
  ['set a timer for', 'twenty minutes.'],
  ['what is seven', 'times eight?'],
] as const;
/** A whole question that goes on: nothing in its words says so. */
const WHOLE_QUESTION = ['what time is it', 'in Tokyo?'] as const;
const PAUSES_MS = [600, 800, 1_000];
/** Until an answer is over. */
const ANSWER_MS = 6_000;
/** Answered for more than eight seconds. */
const LONG = 'What can you do?';
const LONG_ANSWER_MS = 16_000;
const OVER_ANSWER_MS = 3_500;
const MS = 16;

let flite: Flite;
test.beforeAll(async () => {
  flite = new Flite(await compileFlite());
});
test.describe.configure({ timeout: 420_000 });

/** Without the silence around it. */
function spoken(voice: VoiceName, text: string, input: 'text' | 'phones' = 'text'): Int16Array {
  const samples = flite.speak(voice, text, { input });
  const isSound = (sample: number) => Math.abs(sample) > 200;
  return samples.slice(samples.findIndex(isSound), samples.findLastIndex(isSound) + 1);
}

for (const voice of VOICES.slice(0, 2)) {
  test(`${voice}: a pause inside a sentence does not end the turn`, async ({ open }) => {
    const { turns, talkedOver, all } = await talkWithPauses(open, voice, SENTENCES);
    report(`${turns.length} turns for ${all} sentences; talked over in ${talkedOver}`);
    for (const text of turns) report(`  ${text}`);
    expect(turns.length).toBeLessThanOrEqual(all + 1);
    expect(talkedOver).toBe(0);
  });
}

test('a whole question that goes on: figures alone', async ({ open }) => {
  for (const voice of VOICES.slice(0, 2)) {
    const { turns, talkedOver, all } = await talkWithPauses(open, voice, [WHOLE_QUESTION]);
    report(`${voice}: ${turns.length} turns for ${all} sentences; talked over in ${talkedOver}`);
  }
});

type Open = Parameters<Parameters<typeof test>[2]>[0]['open'];

/** Says each sentence with each of the pauses in it. */
async function talkWithPauses(
  open: Open,
  voice: VoiceName,
  sentences: readonly (readonly [string, string])[],
) {
  const said = sentences.flatMap(([first, second]) =>
    PAUSES_MS.map((pauseMs) =>
      joined(spoken(voice, first), silence(pauseMs), spoken(voice, second), silence(ANSWER_MS)),
    ),
  );
  const hears = joined(silence(3_000), ...said, silence(60_000));
  const { page } = await open({ hears, tapped: true });
  await page.getByRole('button', { name: 'Press to talk' }).click();
  await page.waitForTimeout((said.reduce((sum, { length }) => sum + length, 0) + 6_000 * MS) / MS);
  const heard = (await captions(page)).filter(({ who }) => who === 'person');
  const { rateHz, ...recording } = await readTap(page);
  const voices = stretchesOf(recording.voice, rateHz);
  const speech = stretchesOf(recording.microphone, rateHz, { audible: 0.01 });
  const talkedOver = speech.filter(({ start, end }) =>
    voices.some((reply) => reply.start < end && reply.end > start),
  );
  // Both halves of a sentence may be talked over: a sentence begins after a long silence.
  const gapSamples = (ANSWER_MS / 2 / 1_000) * rateHz;
  const isNewSentence = (at: number) =>
    at === 0 || talkedOver[at]!.start - talkedOver[at - 1]!.end > gapSamples;
  await page.close();
  return {
    turns: heard.map(({ text }) => text),
    talkedOver: talkedOver.filter((_, at) => isNewSentence(at)).length,
    all: said.length,
  };
}

const BACKCHANNELS = ['pau ah m hh ah m pau', 'pau ah hh ah pau', 'pau hh m m pau'];

test('a backchannel leaves the answer going', async ({ open }) => {
  let whole = 0;
  let all = 0;
  for (const voice of VOICES.slice(0, 3)) {
    const said = BACKCHANNELS.map((phones) =>
      joined(
        spoken('rms', LONG),
        silence(OVER_ANSWER_MS),
        spoken(voice, phones, 'phones'),
        silence(LONG_ANSWER_MS - OVER_ANSWER_MS),
      ),
    );
    const page = await talk(open, said);
    const replies = page.filter(({ who }) => who === 'parley');
    report(`${voice}: ${replies.map(({ state }) => state).join(' ')}`);
    whole += replies.filter(({ state }) => state === 'completed').length;
    all += said.length;
  }
  report(`${whole} of ${all} answers whole`);
  expect(whole).toBeGreaterThanOrEqual(Math.floor(all * 0.89));
});

test('a word that asks for silence gets it, and nothing else', async ({ open }) => {
  let silenced = 0;
  let all = 0;
  for (const voice of VOICES) {
    const said = ['Stop.', 'Wait.', 'No.'].map((word) =>
      joined(
        spoken('rms', LONG),
        silence(OVER_ANSWER_MS),
        spoken(voice, word),
        silence(LONG_ANSWER_MS - OVER_ANSWER_MS),
      ),
    );
    const replies = (await talk(open, said)).filter(({ who }) => who === 'parley');
    report(
      `${voice}: ${replies.map(({ state, text }) => `${state} ${text.slice(0, 20)}`).join(' | ')}`,
    );
    const isQuiet = replies.length === said.length;
    silenced += isQuiet ? replies.filter(({ state }) => state === 'interrupted').length : 0;
    all += said.length;
  }
  report(`${silenced} of ${all} answers silenced, with nothing said after`);
  expect(silenced).toBe(all);
});

async function talk(open: Open, said: readonly Int16Array[]) {
  const { page } = await open({
    hears: joined(silence(3_000), ...said, silence(60_000)),
    tapped: true,
  });
  await page.getByRole('button', { name: 'Press to talk' }).click();
  await page.waitForTimeout((said.reduce((sum, { length }) => sum + length, 0) + 5_000 * MS) / MS);
  const shown = await captions(page);
  await page.close();
  return shown;
}

function report(line: string): void {
  process.stdout.write(`    ${line}\n`);
}
