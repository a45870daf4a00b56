import type { RelayEventOf } from '@parley/shared';
import { beforeEach, expect, test } from 'vitest';
import { CallDownlink } from './call-downlink.ts';
import type { OpusVoiceOptions } from './opus-voice.ts';

type Loading = Omit<OpusVoiceOptions, 'AudioDecoder'>;

let asked: unknown[];
let codec: 'opus' | 'pcm16';
let loads: { readonly options: Loading; readonly done: (has: boolean) => Promise<void> }[];
let downlink: CallDownlink;
beforeEach(() => {
  [asked, codec, loads] = [[], 'pcm16', []];
  downlink = new CallDownlink(
    {
      send: (event) => void asked.push(event.type === 'session.update' && event.session),
      codec: () => codec,
      onEvent: () => {},
      onAudio: () => {},
    },
    (options) => {
      const { promise, resolve } = Promise.withResolvers<boolean>();
      const loaded = promise.then((has) => (has ? nothing : undefined));
      loads.push({
        options,
        async done(has) {
          resolve(has);
          await loaded;
          await Promise.resolve();
        },
      });
      return loaded;
    },
  );
});

const nothing = { event() {}, audio() {}, settle() {}, close() {} };
const OPUS = { output_audio_codec: 'opus' };
const PCM16 = { output_audio_codec: 'pcm16' };

function begin(audio_codecs?: ('opus' | 'pcm16')[]): void {
  const created = { type: 'session.created', session: { audio_codecs } };
  downlink.begun(created as RelayEventOf<'session.created'>);
}

test('Opus is asked for once it can be decoded, as the line changes, and in each session', async () => {
  begin(['pcm16', 'opus']);
  codec = 'opus';
  downlink.lineChanged();
  expect(asked).toEqual([]);
  await loads[0]!.done(true);
  downlink.lineChanged();
  expect(asked).toEqual([OPUS]);
  codec = 'pcm16';
  downlink.lineChanged();
  expect(asked).toEqual([OPUS, PCM16]);
  codec = 'opus';
  downlink.lineChanged();
  begin(['pcm16', 'opus']);
  expect(asked).toEqual([OPUS, PCM16, OPUS, OPUS]);
  expect(loads).toHaveLength(1);
});

test('nothing is asked of a relay that has PCM16 alone, or for a browser without a decoder', async () => {
  codec = 'opus';
  begin();
  expect(loads).toEqual([]);
  begin(['pcm16', 'opus']);
  await loads[0]!.done(false);
  downlink.lineChanged();
  expect(asked).toEqual([]);
});

test('a decoder that failed is not used again', async () => {
  codec = 'opus';
  begin(['opus', 'pcm16']);
  await loads[0]!.done(true);
  loads[0]!.options.onFailed();
  downlink.lineChanged();
  begin(['opus', 'pcm16']);
  expect(asked).toEqual([OPUS, PCM16]);
});
