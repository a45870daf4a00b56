import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { readFlight } from '@parley/shared/flight/flight-file';
import type { FlightNotice } from '../../messages/debug-messages.ts';
import type { MediaNotice } from '../../messages/media-messages.ts';
import { CallFlight } from './call-flight.ts';

let notices: MediaNotice[];
let flight: CallFlight;
let isCalling: boolean;
const now = () => performance.now();

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  notices = [];
  isCalling = true;
  const stats = {
    rttMs: 12,
    unackedMs: 0,
    jitterBufferMs: 0,
    jitterTargetMs: 80,
    underruns: 0,
    chunksSent: 0,
    line: { codec: 'pcm16', reason: 'good', sockets: 1, rttMs: 20, loss: 0 } as const,
    reconnects: 0,
    echoDb: null,
    echoDelayMs: null,
  };
  flight = new CallFlight({
    now,
    notify: (notice) => notices.push(notice),
    stats: () => (isCalling ? stats : undefined),
  });
});
afterEach(() => {
  flight.setDebug(false, undefined);
  vi.useRealTimers();
});

test('shows nothing while the panel is closed', () => {
  flight.begin(now());
  flight.decision(now(), 'vad', 'started');
  vi.advanceTimersByTime(10_000);
  expect(notices).toEqual([]);
});

test('shows what happens, and its gauges twice a second, timed from the beginning of the call', () => {
  flight.begin(now());
  vi.advanceTimersByTime(1_000);
  flight.setDebug(true, undefined);
  flight.setDebug(true, undefined);
  flight.traffic(now(), 'sent', '{"type":"response.create","seq":1}');
  flight.traffic(now(), 'received', '{"type":');
  flight.traffic(now(), 'received', new ArrayBuffer(1));
  flight.connection(now(), { kind: 'waiting', attempt: 2, retryInMs: 5 });
  vi.advanceTimersByTime(1_000);
  const entry = (source: string, name: string, detail: string) => ({
    type: 'debug',
    entry: { atMs: 1_000, source, name, detail },
  });
  expect(notices).toMatchObject([
    entry('sent', 'response.create', '#1'),
    entry('received', 'unreadable', ''),
    entry('received', 'frame_too_short', ''),
    entry('socket', 'waiting', 'attempt 2'),
    { type: 'stats', stats: { atMs: 1_500, rttMs: 12 } },
    { type: 'stats', stats: { atMs: 2_000 } },
  ]);
});

test('without a call there are no gauges', () => {
  isCalling = false;
  flight.setDebug(true, undefined);
  vi.advanceTimersByTime(1_000);
  expect(notices).toEqual([]);
});

test('the panel reads how much there is, agrees to audio and gets the file', async () => {
  const { port1, port2 } = new MessageChannel();
  const told: FlightNotice[] = [];
  port1.addEventListener('message', ({ data }: MessageEvent<FlightNotice>) => told.push(data));
  port1.start();
  flight.begin(now());
  flight.notice(now(), { type: 'levels', microphone: 0, voice: 0, speechProbability: 0.5 });
  flight.decision(now(), 'vad', 'started', 'why');
  flight.microphone(now(), {
    deviceId: 'a',
    groupId: 'b',
    echoCancellation: true,
    sampleRate: 48_000,
  });
  flight.setDebug(true, port2);
  port1.postMessage({ type: 'set-audio-consent', agreed: true });
  port1.postMessage({ type: 'save' });
  await vi.waitUntil(() => told.at(-1)?.type === 'saved');
  expect(told.slice(0, 2)).toMatchObject([
    { type: 'status', hasAudioConsent: false },
    {
      type: 'status',
      hasAudioConsent: true,
      microphone: { echoCancellation: true, sampleRate: 48_000 },
    },
  ]);
  const saved = told.at(-1) as Extract<FlightNotice, { type: 'saved' }>;
  expect(readFlight(await saved.file.text())).toMatchObject({
    header: { client: 'page', audio: true },
    entries: [
      { kind: 'speech', p: [0.5] },
      { kind: 'decision', source: 'vad', name: 'started', detail: 'why' },
      { kind: 'microphone', settings: { echoCancellation: true, sampleRate: 48_000 } },
    ],
  });
  port1.close();
});
