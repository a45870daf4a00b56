import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientEventSchemas, encodeAudioFrame, type ErrorCode } from '@parley/shared';
import { UNLIMITED } from '../bench/process/unlimited.ts';
import { createSession, signIn } from './support/api.ts';
import { expectBystanderUnharmed } from './support/bystander.ts';
import { TestCall } from './support/test-call.ts';
import { startTestRelay, type TestRelay } from './support/test-relay.ts';

let relay: TestRelay;
beforeAll(async () => {
  relay = await startTestRelay();
});
afterAll(() => relay[Symbol.asyncDispose]());

/** An uplink frame of utterance 1 with `samples` samples. */
function frame(samples: number, header: Partial<Parameters<typeof encodeAudioFrame>[0]> = {}) {
  return encodeAudioFrame(
    { kind: 1, last: false, item: 1, seq: 2, timestampMs: 0, ...header },
    new Int16Array(samples),
  );
}

const json = (value: unknown) => JSON.stringify(value);
const message = (text: string) =>
  json({
    type: 'conversation.item.create',
    item: { type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
  });

const REFUSED: readonly (readonly [string, ErrorCode, string | Uint8Array])[] = [
  ['text that is no JSON', 'malformed_json', '{"type":'],
  ['JSON that is no object', 'invalid_event', '[1,2,3]'],
  ['an object without a type', 'invalid_event', '{"kind":"ping"}'],
  ['a known event of the wrong shape', 'invalid_event', json({ type: 'ping' })],
  ['an event of an absurd size', 'payload_too_large', message('x'.repeat(70_000))],
  ['more text than may be typed', 'text_too_long', message('x'.repeat(2_001))],
  ['an answer to nothing', 'nothing_to_answer', json({ type: 'response.create' })],
  [
    'a truncation of an unknown reply',
    'response_not_found',
    json({ type: 'conversation.item.truncate', response_id: 'resp_0', audio_end_ms: 1 }),
  ],
  [
    'a voice there is not',
    'invalid_event',
    json({ type: 'session.update', session: { voice: 'unknown' } }),
  ],
  [
    'a pace that no voice has',
    'invalid_event',
    json({ type: 'session.update', session: { speed: 40 } }),
  ],
  [
    'a pace of a voice that has one only',
    'invalid_event',
    json({ type: 'session.update', session: { speed: 1.2 } }),
  ],
  [
    'a language there is not',
    'invalid_event',
    json({ type: 'session.update', session: { language: 'tlh' } }),
  ],
  [
    'a function that is described without end',
    'invalid_event',
    `{"type":"session.update","session":{"tools":[{"name":"a","parameters":{"b":${'['.repeat(9_000)}${']'.repeat(9_000)}}}]}}`,
  ],
  [
    'a resumption of what goes on',
    'invalid_event',
    json({ type: 'session.resume', session_id: 'a', resume_token: 'b', last_seq: 0 }),
  ],
  ['a frame shorter than its header', 'frame_too_short', new Uint8Array(5)],
  ['a frame that ends in half a sample', 'frame_odd_length', frame(10).subarray(0, 31)],
  ['a frame without samples', 'frame_empty', frame(0)],
  ['a frame of an unknown kind', 'frame_unknown_kind', frame(1_600).fill(9, 0, 1)],
  ['a frame of the wrong direction', 'frame_unknown_kind', frame(1_600, { kind: 2 })],
  ['a short frame that is not the last', 'frame_wrong_size', frame(1_599)],
  ['a frame that is too long', 'frame_wrong_size', frame(1_601, { last: true })],
  ['audio of no utterance', 'frame_unexpected', frame(1_600, { item: 7 })],
  ['a number far ahead', 'sequence_gap', frame(1_600, { seq: 5_000 })],
];

describe('a message that is wrong', () => {
  it.each(REFUSED)('%s is answered with %s, and the call goes on', async (_, code, data) => {
    await expectBystanderUnharmed(relay.url, async () => {
      await using call = await TestCall.start(relay.url);
      call.startSpeech(1);
      call.raw(data);
      const error = await call.inbound.next('error');
      expect(error).toMatchObject({ code, retryable: false });
      expect(error.message).not.toMatch(/node:|\bat\b .*:\d+/);
      await relay.logs.until(error.request_id);
      call.send({ type: 'input_audio_buffer.clear', utterance: 1 });
      call.type('Still here?');
      expect((await call.inbound.next('response.done')).status).toBe('completed');
      expect(call.inbound.ofType('error')).toHaveLength(1);
    });
  });

  it('of an unknown type is passed over in silence', async () => {
    await using call = await TestCall.start(relay.url);
    call.raw(json({ type: 'session.sing', seq: 1, song: 'la' }));
    call.raw(json({ type: 'ping', client_ms: 5 }));
    await call.inbound.next('pong');
    expect(call.inbound.ofType('error')).toEqual([]);
  });

  it('about an utterance that was refused costs nothing more', async () => {
    await using call = await TestCall.start(relay.url);
    // Turns are allowed 20 at once: these use them up.
    for (let turn = 1; turn <= 21; turn++) call.startSpeech(turn);
    expect(await call.inbound.next('error')).toMatchObject({ code: 'rate_limited' });
    for (let chunk = 0; chunk < 100; chunk++) call.sendFrame(21, new Int16Array(1_600));
    call.stopSpeech(21);
    call.raw(json({ type: 'ping', client_ms: 5 }));
    await call.inbound.next('pong');
    expect(call.inbound.ofType('error')).toHaveLength(1);
    const failed = call.inbound.ofType('conversation.item.input_audio_transcription.failed');
    expect(failed).toMatchObject([{ utterance: 21, error: { code: 'rate_limited' } }]);
  });
});

describe('a client that', () => {
  it.each([
    ['sends a frame of 1 MiB', 1009, new Uint8Array(1024 * 1024)],
    ['sends text of 1 MiB', 1009, 'x'.repeat(1024 * 1024)],
  ])('%s is cut off with %i', async (_, code, data) => {
    await expectBystanderUnharmed(relay.url, async () => {
      const call = await TestCall.start(relay.url);
      call.raw(data);
      expect(await call.closed).toBe(code);
    });
  });

  it('sends text that is no UTF-8 is cut off with 1007', async () => {
    await expectBystanderUnharmed(relay.url, async () => {
      const call = await TestCall.start(relay.url);
      call.socket.send(Uint8Array.of(0xff, 0xfe), { binary: false });
      expect(await call.closed).toBe(1007);
    });
  });

  it('goes on making mistakes is closed with 4400 and may not come back', async () => {
    await expectBystanderUnharmed(relay.url, async () => {
      const call = await TestCall.start(relay.url);
      for (let mistake = 0; mistake < 60; mistake++) call.raw('not JSON');
      expect(await call.closed).toBe(4400);
      // Fifty are forgiven, and one more each second.
      expect(call.inbound.ofType('error').length).toBeGreaterThan(50);
      await call.reopen();
      expect(await call.closed).toBe(4404);
    });
  });

  it('floods is closed with 4429', async () => {
    await expectBystanderUnharmed(relay.url, async () => {
      const call = await TestCall.start(relay.url);
      for (let sent = 0; sent < 2_000; sent++) call.raw(json({ type: 'ping', client_ms: sent }));
      expect(await call.closed).toBe(4429);
    });
  });
});

it('survives 10,000 messages of noise', { timeout: 60_000 }, async () => {
  const bytes = fc.uint8Array({ max: 255, maxLength: 64 });
  const almostFrame = fc
    .tuple(fc.constantFrom(1, 1, 2, 3), bytes, fc.boolean())
    .map(([kind, rest, isLast]) => Uint8Array.of(kind, Number(isLast), ...rest));
  const almostEvent = fc
    .tuple(
      fc.constantFrom(...Object.keys(clientEventSchemas)),
      fc.record({
        seq: fc.oneof(fc.nat({ max: 2_000 }), fc.double()),
        utterance: fc.nat({ max: 3 }),
        audio_start_ms: fc.double(),
        audio_end_ms: fc.nat(),
        sent_ms: fc.nat(),
        client_ms: fc.nat(),
        last_seq: fc.oneof(fc.nat(), fc.integer()),
        response_id: fc.string(),
        session: fc.object(),
        item: fc.object(),
      }),
    )
    .map(([type, rest]) => json({ ...rest, type }));
  const noise = fc.sample(fc.oneof(bytes, almostFrame, almostEvent, fc.json(), fc.string()), {
    numRuns: 10_000,
    seed: 20_261_121,
  });
  await using unlimited = await startTestRelay({ env: UNLIMITED });
  const token = await signIn(unlimited.url);
  await expectBystanderUnharmed(unlimited.url, async () => {
    // Fewer at a time than the fifty mistakes that are forgiven, so that every one is looked at.
    for (let sent = 0; sent < noise.length; sent += 40) {
      const call = await TestCall.start(
        unlimited.url,
        {},
        await createSession(unlimited.url, token),
      );
      for (const data of noise.slice(sent, sent + 40)) call.raw(data);
      await call.hangUp();
      expect(await call.closed).toBe(1000);
    }
  });
});
