import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TranscriptEvent, Transcription } from '../../call/stages/transcriber/transcriber.ts';
import type { SpeechGrammar } from '@parley/recogniser';
import { createEmbeddedTranscriber, type EmbeddedTranscriber } from './embedded-transcriber.ts';
import type { Flite } from '@parley/voice';
import { START_MS, warmFlite } from './warm-engines.rig.ts';

const GRAMMAR: SpeechGrammar = {
  rules: `
    <number> = one | two | three | four | five | six | seven | eight | nine | ten | twenty | thirty;
    <utterance> = what is <number> (plus | minus | times) <number>
      | set a timer for <number> (seconds | minutes)
      | what time is it in (tokyo | paris | london | berlin)
      | tell me a joke | say that again | parlez start;`,
  utterance: 'utterance',
  pronunciations: { parlez: ['P AA R L EY'] },
};
const UNDERSTOOD = [
  'what is seven times eight',
  'set a timer for twenty seconds',
  'what time is it in tokyo',
  'tell me a joke',
  'say that again',
];
const NOT_UNDERSTOOD = [
  'the weather in france is lovely today',
  'how much does a new car cost',
  'please send an email to my boss',
  'she left the keys under the doormat',
];
const LEAD_IN = new Int16Array(4_800);

let flite: Flite;
let transcriber: EmbeddedTranscriber;

beforeAll(async () => {
  flite = await warmFlite();
  transcriber = createEmbeddedTranscriber({
    grammar: GRAMMAR,
    maxWorkers: 1,
    waitMs: 200,
    startMs: START_MS,
  });
  await transcriber.warm(1);
}, START_MS);

afterAll(() => transcriber[Symbol.asyncDispose]());

function speech(text: string, voice: string): Int16Array {
  return Int16Array.from([...LEAD_IN, ...flite.speak(voice, text)]);
}

/** White noise that is the same at every run. */
function hiss(length: number, peak: number): Int16Array {
  let seed = 1;
  return new Int16Array(length).map(() => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return (seed / 0x4000_0000 - 1) * peak;
  });
}

async function recognise(samples: Int16Array): Promise<TranscriptEvent[]> {
  const transcription = await transcriber.open({
    language: 'en-US',
    signal: new AbortController().signal,
  });
  for (let at = 0; at < samples.length; at += 1_600)
    transcription.push(samples.subarray(at, at + 1_600));
  transcription.finalize();
  return Array.fromAsync(transcription.events);
}

async function lastOf({ events }: Transcription): Promise<TranscriptEvent | undefined> {
  return (await Array.fromAsync(events)).at(-1);
}

describe('the embedded transcriber', () => {
  it('understands what is in its grammar, in three voices, and says so as it hears it', async () => {
    let right = 0;
    let partials = 0;
    for (const [index, voice] of ['slt', 'rms', 'awb'].entries()) {
      for (const text of UNDERSTOOD.filter((_, at) => at % 3 !== index)) {
        const events = await recognise(speech(text, voice));
        const final = events.at(-1);
        if (final?.type === 'transcript-final' && final.text === text) right += 1;
        partials += events.length - 1;
        expect(
          events.every((event) => event.type !== 'transcript-partial' || event.text !== ''),
        ).toBe(true);
      }
    }
    expect(right).toBeGreaterThanOrEqual(UNDERSTOOD.length * 2 - 1);
    expect(partials).toBeGreaterThan(right);
  });

  it('refuses what is not in its grammar, and knows that someone spoke', async () => {
    let refused = 0;
    for (const text of NOT_UNDERSTOOD) {
      const final = (await recognise(speech(text, 'slt'))).at(-1);
      if (final?.type === 'transcript-final' && final.text === '' && final.unrecognised)
        refused += 1;
    }
    expect(refused).toBeGreaterThanOrEqual(NOT_UNDERSTOOD.length - 1);
  });

  it('understands a quiet microphone, and the next person after it', async () => {
    const text = 'what is seven times eight';
    const loud = speech(text, 'rms');
    for (const samples of [loud.map((sample) => sample / 20), loud]) {
      expect((await recognise(samples)).at(-1)).toMatchObject({ text });
    }
  });

  it('makes nothing of silence, of noise, of a click, or of no audio at all', async () => {
    const noise = hiss(16_000, 2_000);
    const click = new Int16Array(16_000);
    click.fill(20_000, 8_000, 8_020);
    for (const samples of [
      new Int16Array(32_000),
      noise,
      click,
      new Int16Array(5),
      new Int16Array(0),
    ]) {
      const events = await recognise(samples);
      expect(events).toEqual([{ type: 'transcript-final', text: '', unrecognised: false }]);
    }
  });

  it('frees the thread of an utterance that is abandoned', async () => {
    const samples = speech('tell me a joke', 'slt');
    const controller = new AbortController();
    const abandoned = await transcriber.open({ language: 'en-US', signal: controller.signal });
    for (let index = 0; index < 10; index += 1) abandoned.push(samples);
    const events = Array.fromAsync(abandoned.events);
    controller.abort();
    for (const event of await events) expect(event.type).toBe('transcript-partial');
    expect((await recognise(samples)).at(-1)).toMatchObject({ text: 'tell me a joke' });
  });

  it('hears the whole of a person who waits for another to finish', async () => {
    const text = 'what is seven times eight';
    const { signal } = new AbortController();
    const open = () => transcriber.open({ language: 'en-US', signal });
    const [joke, question] = [speech('tell me a joke', 'rms'), speech(text, 'slt')];
    const [first, second] = [await open(), await open()];
    first.push(joke.subarray(0, 12_000));
    second.push(question);
    first.push(joke.subarray(12_000));
    first.finalize();
    expect(await lastOf(first)).toMatchObject({ text: 'tell me a joke' });
    second.finalize();
    expect(await lastOf(second)).toMatchObject({ text });
  });

  it('says that all are busy once a person has finished and waited too long', async () => {
    const { signal } = new AbortController();
    const controller = new AbortController();
    const held = await transcriber.open({ language: 'en-US', signal: controller.signal });
    held.push(speech('tell me a joke', 'rms'));
    const late = await transcriber.open({ language: 'en-US', signal });
    late.push(speech('tell me a joke', 'slt'));
    late.finalize();
    await expect(lastOf(late)).rejects.toMatchObject({ code: 'capacity_exhausted' });
    controller.abort();
    await expect(lastOf(held)).resolves.toBeUndefined();
  });

  it('can be probed, also while every thread listens, and still works afterwards', async () => {
    const controller = new AbortController();
    await transcriber.probe!(controller.signal);
    await transcriber.open({ language: 'en-US', signal: controller.signal });
    await transcriber.probe!(controller.signal);
    controller.abort();
    expect((await recognise(speech('tell me a joke', 'slt'))).at(-1)).toMatchObject({
      text: 'tell me a joke',
    });
  });

  it('does its work in other threads', async () => {
    const samples = speech(UNDERSTOOD[0]!, 'slt');
    const own = process.threadCpuUsage();
    const all = process.cpuUsage();
    for (let index = 0; index < 4; index += 1) await recognise(samples);
    const ownUsed = process.threadCpuUsage(own);
    const allUsed = process.cpuUsage(all);
    expect(ownUsed.user + ownUsed.system).toBeLessThan((allUsed.user + allUsed.system) / 3);
  });

  it('names the words without a pronunciation', async () => {
    const grammar = { ...GRAMMAR, rules: '<utterance> = hello | zzyzx frobnicate;' };
    await using broken = createEmbeddedTranscriber({
      grammar,
      startMs: START_MS,
      waitMs: START_MS,
    });
    const message = expect.stringMatching(/without a pronunciation: zzyzx, frobnicate$/);
    await expect(broken.warm(1)).rejects.toMatchObject({ cause: { message } });
    const { signal } = new AbortController();
    const transcription = await broken.open({ language: 'en-US', signal });
    transcription.push(new Int16Array(1_600).fill(1_000));
    await expect(Array.fromAsync(transcription.events)).rejects.toMatchObject({
      code: 'transcriber_failed',
    });
  });

  it.each([
    ['a rule that is missing', { utterance: 'other' }, /lacks the rules <other>$/],
    ['rules that are not JSGF', { rules: '<utterance> = hello | ;; (' }, /not valid JSGF/],
    [
      'a pronunciation in no known phones',
      { pronunciations: { parlez: ['Q Q'] } },
      /"parlez" is not in ARPAbet: Q Q/,
    ],
  ])('says what is wrong with %s', async (_what, change, message) => {
    await using broken = createEmbeddedTranscriber({
      grammar: { ...GRAMMAR, ...change },
      startMs: START_MS,
    });
    const cause = { message: expect.stringMatching(message) };
    await expect(broken.warm(1)).rejects.toMatchObject({ cause });
  });
});
