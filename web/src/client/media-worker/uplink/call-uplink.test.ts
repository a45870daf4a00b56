import { expect, test } from 'vitest';
import type { Outbound } from '@parley/shared/link/outbound';
import { CallUplink } from './call-uplink.ts';

const begin = (utterance: number): Outbound => ({
  kind: 'event',
  event: { type: 'input_audio_buffer.speech_started', utterance, audio_start_ms: 0 },
});
const chunk = (utterance: number): Outbound => ({
  kind: 'audio',
  utterance,
  audio: new Int16Array(1_600),
  startMs: 0,
  last: false,
});

function setUp(encoded: 'there' | 'missing' | 'not to be had') {
  const direct: Outbound[] = [];
  const encoding: Outbound[] = [];
  const late: boolean[] = [];
  let loads = 0;
  let closed = 0;
  const state = { isBroken: false };
  const uplink = new CallUplink(
    {
      choice: 'auto',
      send: (message) => direct.push(message),
      codec: () => 'opus',
      onStopped: () => {},
      onLate: (isLate) => late.push(isLate),
    },
    async () => {
      loads += 1;
      if (encoded === 'not to be had') throw new Error('offline');
      if (encoded === 'missing') return undefined;
      return {
        send: (message) => encoding.push(message),
        close: () => void (closed += 1),
        get isBroken() {
          return state.isBroken;
        },
      };
    },
  );
  const loaded = async () => {
    uplink.load();
    await new Promise((resolve) => setTimeout(resolve));
  };
  return { uplink, late, direct, encoding, state, loaded, counts: () => ({ loads, closed }) };
}

test('an utterance keeps its way while the encoder is loaded, and the next one is encoded', async () => {
  const { uplink, direct, encoding, loaded } = setUp('there');
  uplink.send(begin(1));
  uplink.send(chunk(1));
  await loaded();
  uplink.send(chunk(1));
  expect(uplink.hasEncoder).toBe(true);
  expect([direct.length, encoding.length]).toEqual([3, 0]);
  uplink.send(begin(2));
  uplink.send(chunk(2));
  expect([direct.length, encoding.length]).toEqual([3, 2]);
});

test('without an encoder everything is sent as it is, and it is not looked for again', async () => {
  const { uplink, direct, loaded, counts } = setUp('missing');
  await loaded();
  await loaded();
  uplink.send(begin(1));
  expect(uplink.hasEncoder).toBe(false);
  expect(direct).toHaveLength(1);
  expect(counts().loads).toBe(1);
});

test('what could not be loaded is asked for again by the next session', async () => {
  const { uplink, loaded, counts } = setUp('not to be had');
  await loaded();
  expect(uplink.hasEncoder).toBe(false);
  await loaded();
  expect(counts().loads).toBe(2);
});

test('an encoder that broke is none any more', async () => {
  const { uplink, state, loaded, counts } = setUp('there');
  await loaded();
  state.isBroken = true;
  expect(uplink.hasEncoder).toBe(false);
  uplink.close();
  expect(counts().closed).toBe(1);
});

test('a line that turns late is reported once, and once that it is good again', () => {
  const { uplink, late } = setUp('missing');
  const line = { codec: 'opus', sockets: 1, rttMs: 50, loss: 0 } as const;
  for (const reason of ['good', 'late', 'late', 'good', 'late', 'good'] as const) {
    uplink.lineChanged({ ...line, reason });
  }
  expect(late).toEqual([true, false]);
});
