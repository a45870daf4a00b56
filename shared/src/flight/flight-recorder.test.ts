import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AudioFrameKind, encodeAudioFrame } from '../protocol/audio-frame.ts';
import { CLOSE_REASONS } from '../protocol/close-codes.ts';
import { fromBase64 } from './base64.ts';
import { readFlight } from './flight-file.ts';
import { FlightRecorder, type FlightRecorderOptions } from './flight-recorder.ts';
import type { FlightEntryOf } from './flight-schema.ts';

const SAVED = new Date('2026-11-23T12:00:00Z');

function recorderAt(startMs: number, options: Partial<FlightRecorderOptions> = {}) {
  const clock = { nowMs: startMs };
  const recorder = new FlightRecorder(startMs, { client: 'page', ...options });
  const sent = (data: string | Uint8Array) => recorder.traffic(clock.nowMs, 'sent', data);
  const received = (data: unknown) => recorder.traffic(clock.nowMs, 'received', data);
  const speech = (probability: number) => recorder.speech(clock.nowMs, probability);
  const read = () => readFlight([...recorder.lines(SAVED)].join('\n'));
  return { clock, recorder, sent, received, speech, read };
}

function frame(seq: number, samples: Int16Array, kind: AudioFrameKind = AudioFrameKind.uplink) {
  return encodeAudioFrame({ kind, last: false, item: 3, seq, timestampMs: 700 }, samples);
}

const audioOf = (read: ReturnType<typeof recorderAt>['read']) =>
  read().entries.filter((entry) => entry.kind === 'sent-audio');

test('what passed is read as it passed, in order, with its times', () => {
  const { clock, recorder, sent, received, read } = recorderAt(50_000);
  recorder.connection(clock.nowMs, { kind: 'connecting', attempt: 0 });
  recorder.connection(clock.nowMs, { kind: 'closed', reason: CLOSE_REASONS.normal });
  clock.nowMs += 20.26;
  received('{"type":"pong","seq":2,"client_ms":1,"server_ms":2}');
  clock.nowMs += 5;
  sent('{"type":"response.create","seq":1}');
  received(frame(3, new Int16Array(8), AudioFrameKind.downlink).buffer);
  received('{"type":');
  received(new ArrayBuffer(3));
  expect(read()).toEqual({
    header: {
      format: 'parley.flight',
      version: 1,
      saved_at: '2026-11-23T12:00:00.000Z',
      client: 'page',
      clock_ms: 50_000,
      audio: false,
      truncated: false,
      session: null,
    },
    entries: [
      { t: 0, kind: 'connection', state: 'connecting' },
      { t: 0, kind: 'connection', state: 'closed', reason: 'normal' },
      {
        t: 20.3,
        kind: 'received',
        event: { type: 'pong', seq: 2, client_ms: 1, server_ms: 2 },
      },
      { t: 25.3, kind: 'sent', event: { type: 'response.create', seq: 1 } },
      { t: 25.3, kind: 'received-audio', seq: 3, item: 3, last: false, samples: 8 },
      { t: 25.3, kind: 'received-unreadable', bytes: 8 },
      { t: 25.3, kind: 'received-unreadable', bytes: 3 },
    ],
  });
});

test('the secret that resumes a session is not in the file', () => {
  const { recorder, sent } = recorderAt(0);
  const event = { type: 'session.resume', session_id: 's', resume_token: 'hidden', last_seq: 4 };
  sent(JSON.stringify(event));
  expect([...recorder.lines(SAVED)].join('')).not.toContain('hidden');
});

describe('audio', () => {
  test('is kept only with consent, sample for sample', () => {
    fc.assert(
      fc.property(fc.array(fc.int16Array({ maxLength: 1_600 })), fc.boolean(), (chunks, agreed) => {
        const { recorder, sent, read } = recorderAt(0);
        recorder.setAudioConsent(agreed);
        for (const [n, samples] of chunks.entries()) {
          sent(
            encodeAudioFrame(
              { kind: AudioFrameKind.uplink, last: true, item: 3, seq: n + 1, timestampMs: 700 },
              samples,
            ),
          );
        }
        expect(read().header.audio).toBe(agreed);
        expect(audioOf(read)).toMatchObject(
          chunks.map(({ length }, n) => ({
            seq: n + 1,
            utterance: 3,
            at_ms: 700,
            samples: length,
          })),
        );
        const kept = audioOf(read).map(({ pcm }) => (pcm === undefined ? null : fromBase64(pcm)));
        expect(kept).toEqual(chunks.map((samples) => (agreed ? samples : null)));
      }),
      { numRuns: 50 },
    );
  });

  test('in Opus is kept as its packets', () => {
    const { recorder, sent, received, read } = recorderAt(0);
    const opus = { packet: Uint8Array.of(72, 1, 2), durationMs: 20 };
    const header = { last: false, item: 3, seq: 1, timestampMs: 700 };
    const sending = encodeAudioFrame({ ...header, kind: AudioFrameKind.uplink }, opus);
    sent(sending);
    recorder.setAudioConsent(true);
    sent(sending);
    received(encodeAudioFrame({ ...header, kind: AudioFrameKind.downlink }, opus).buffer);
    const entry = { t: 0, seq: 1, last: false, samples: 0, opus_ms: 20 };
    const audio = { ...entry, kind: 'sent-audio', utterance: 3, at_ms: 700 };
    expect(read().entries).toEqual([
      audio,
      { ...audio, opus: 'SAEC' },
      { ...entry, kind: 'received-audio', item: 3 },
    ]);
  });

  test('that was kept is gone when consent is withdrawn, and so is what it took', () => {
    const { recorder, sent, read } = recorderAt(0);
    recorder.setAudioConsent(true);
    sent(frame(1, new Int16Array(1_600)));
    expect(recorder.status.bytes).toBeGreaterThan(3_200);
    recorder.setAudioConsent(false);
    expect(recorder.status.bytes).toBeLessThan(200);
    expect(audioOf(read)[0]).not.toHaveProperty('pcm');
  });
});

test('a long call keeps its newest entries, and what its session was', () => {
  const { clock, recorder, sent, received, speech, read } = recorderAt(0, { maxMs: 1_000 });
  const session = { voice: 'slt', time_zone: 'UTC' };
  received(JSON.stringify({ type: 'session.created', seq: 1, session }));
  speech(0.1);
  clock.nowMs = 2_000;
  speech(0.5);
  sent('{"type":"ping"}');
  expect(read().header).toMatchObject({ truncated: true, session });
  expect(read().entries.map(({ kind }) => kind)).toEqual(['speech', 'sent']);
  expect(recorder.status.durationMs).toBe(0);
});

test('speech probabilities are read as they were, a second to a line, among the other entries', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 200 }), (all) => {
      const { clock, sent, speech, read } = recorderAt(0);
      sent('{"type":"ping"}');
      for (const probability of all) {
        clock.nowMs += 32;
        speech(probability);
      }
      sent('{"type":"ping"}');
      const { entries } = read();
      const lines = entries.filter(
        (entry): entry is FlightEntryOf<'speech'> => entry.kind === 'speech',
      );
      expect(entries.map(({ t }) => t)).toEqual(
        entries.map(({ t }) => t).toSorted((a, b) => a - b),
      );
      const found = lines.flatMap(({ t, at, p }) => p.map((value, n) => [t + at[n]!, value]));
      expect(found).toEqual(
        all.map((value, n) => [(n + 1) * 32, expect.closeTo(value, 2) as number]),
      );
      expect(lines.every(({ at }) => (at.at(-1) ?? 0) < 1_000)).toBe(true);
    }),
    { numRuns: 30 },
  );
});

test('another call begins another recording, and the consent holds', () => {
  const { recorder, sent, read } = recorderAt(10);
  recorder.setAudioConsent(true);
  sent('{"type":"ping"}');
  recorder.restart(500);
  expect(read()).toMatchObject({ header: { clock_ms: 500, audio: true }, entries: [] });
});
