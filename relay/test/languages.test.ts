import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { API_PATHS } from '@parley/shared';
import { systemClock } from '../src/base/lib/clock.ts';
import { createSession, signIn } from './support/api.ts';
import { ScriptedGenerator } from './support/scripted-generator.ts';
import { counting, ScriptedSynthesizer } from './support/scripted-synthesizer.ts';
import { ScriptedTranscriber } from './support/scripted-transcriber.ts';
import { TestCall } from './support/test-call.ts';
import { startTestRelay, type TestRelay } from './support/test-relay.ts';

const clock = systemClock;
const VOICES = [
  { id: 'thalia', label: 'Thalia', languages: ['en'] },
  { id: 'lara', label: 'Lara', languages: ['de'] },
  { id: 'agathe', label: 'Agathe', languages: ['fr'] },
];

let english: ScriptedTranscriber;
let transcriber: ScriptedTranscriber;
let generator: ScriptedGenerator;
let synthesizer: ScriptedSynthesizer;
let relay: TestRelay;

beforeEach(async () => {
  english = new ScriptedTranscriber({ clock, name: 'english', languages: ['en'] });
  transcriber = new ScriptedTranscriber({ clock, languages: ['en', 'de', 'fr', 'nl'] });
  generator = new ScriptedGenerator({ clock });
  const languages = ['en', 'de', 'fr'];
  synthesizer = new ScriptedSynthesizer({ clock, languages, voices: VOICES });
  relay = await startTestRelay({
    providers: { transcriber: english, otherTranscribers: [transcriber], generator, synthesizer },
  });
});
afterEach(() => relay[Symbol.asyncDispose]());

async function callIn(request: object): Promise<TestCall> {
  return TestCall.start(relay.url, {}, await createSession(relay.url, undefined, request));
}

/** Speaks, and waits until it is answered. */
async function say(call: TestCall, utterance: number): Promise<void> {
  call.speak(utterance, counting(utterance, 3_200));
  expect(await call.inbound.next('response.done')).toMatchObject({ status: 'completed' });
}

describe('a call', () => {
  it('is in the language that it was begun with, at every stage', async () => {
    await using call = await callIn({ language: 'de' });
    const [created] = call.inbound.ofType('session.created');
    expect(created?.session).toMatchObject({
      language: 'de',
      languages: ['en-US', 'de', 'fr'],
      voice: 'lara',
      voices: [{ id: 'lara', label: 'Lara' }],
      providers: { transcriber: 'scripted-transcriber' },
    });
    await say(call, 1);
    expect([english.asked, transcriber.asked]).toEqual([[], ['de']]);
    expect(generator.requests.map(({ person }) => person.language)).toEqual(['de']);
    expect([synthesizer.asked, synthesizer.askedLanguages]).toEqual([['lara'], ['de']]);
    expect(call.inbound.ofType('session.degraded')).toEqual([]);
    const health = await (await fetch(`${relay.url}/health`)).json();
    expect(health).toMatchObject({
      languages: ['en-US', 'de', 'fr'],
      voices: [{ id: 'thalia' }],
      services: expect.arrayContaining([expect.objectContaining({ health: 'healthy' })]),
    });
  });

  it('goes on in another language with the next utterance', async () => {
    await using call = await callIn({ language: 'de', voice: 'lara' });
    await say(call, 1);
    call.send({ type: 'session.update', session: { language: 'fr' } });
    const { session } = await call.inbound.next('session.updated');
    expect(session).toMatchObject({ language: 'fr', voice: 'agathe' });
    await say(call, 2);
    call.send({ type: 'session.update', session: { language: 'en', voice: 'thalia' } });
    await say(call, 3);
    expect(transcriber.asked).toEqual(['de', 'fr']);
    expect(english.asked).toEqual(['en-US']);
    expect(synthesizer.asked).toEqual(['lara', 'agathe', 'thalia']);
    expect(generator.requests.map(({ person }) => person.language)).toEqual(['de', 'fr', 'en-US']);
  });

  it('is in the relay’s own language if none is chosen, and keeps it when it is resumed', async () => {
    await using call = await callIn({});
    expect(call.inbound.ofType('session.created')[0]?.session).toMatchObject({
      language: 'en-US',
      voice: 'thalia',
      providers: { transcriber: 'english' },
    });
    call.send({ type: 'session.update', session: { language: 'de' } });
    await call.inbound.next('session.updated');
    await call.cut();
    await call.resume();
    const [resumed] = call.inbound.ofType('session.resumed');
    expect(resumed?.session).toMatchObject({ language: 'de', voice: 'lara' });
    await say(call, 1);
    expect(transcriber.asked).toEqual(['de']);
  });

  it('keeps its language if another one is not offered', async () => {
    await using call = await callIn({ language: 'de' });
    call.send({ type: 'session.update', session: { language: 'nl', time_zone: 'Asia/Tokyo' } });
    expect(await call.inbound.next('error')).toMatchObject({
      code: 'invalid_event',
      message: expect.stringContaining('session.language: expected one of the languages'),
    });
    await say(call, 1);
    expect(transcriber.asked).toEqual(['de']);
  });
});

it('a session in a language that is not offered is refused, and the answer names those there are', async () => {
  const response = await fetch(new URL(API_PATHS.sessions, relay.url), {
    method: 'POST',
    headers: { authorization: `Bearer ${await signIn(relay.url)}` },
    body: JSON.stringify({ language: 'nl' }),
  });
  expect(response.status).toBe(400);
  const { error } = (await response.json()) as { error: { code: string; message: string } };
  expect(error).toMatchObject({ code: 'invalid_request' });
  expect(error.message).toContain('language: expected one of en-US, de, fr.');
});
