import { expect, it } from 'vitest';
import { PhoneVoice } from './phone-voice.ts';

const SECOND = new Int16Array(8_000).fill(1_000);

/** Twilio's side: what was played, and the marks that it owes. */
function telephone() {
  const payloads: string[] = [];
  const owed: string[] = [];
  let clears = 0;
  const voice = new PhoneVoice({
    play: (payload) => payloads.push(payload),
    mark: (name) => owed.push(name),
    clear: () => (clears += 1),
  });
  return {
    voice,
    sentMs: () => payloads.reduce((ms, text) => ms + Buffer.from(text, 'base64').length / 8, 0),
    clears: () => clears,
    /** So many pieces were heard. */
    hears: (count: number) => owed.splice(0, count).forEach((name) => voice.marked(name)),
    /** The marks that a `clear` brings back. */
    owed: () => owed.splice(0),
  };
}

it('a reply that was held goes on from where it was heard', () => {
  const { voice, hears, owed, sentMs, clears } = telephone();
  voice.begin('resp_1', 1, 8_000);
  voice.push(1, SECOND, true);
  expect(sentMs()).toBe(1_000);
  hears(5);
  expect(voice.hold()).toEqual({ responseId: 'resp_1', playedMs: 480 });
  expect(voice.isPlaying).toBe(false);
  // Twilio returns at once what it will not play: that was not heard.
  for (const name of owed()) voice.marked(name);
  voice.push(1, SECOND, false);
  expect([sentMs(), clears()]).toEqual([1_000, 1]);
  voice.resume();
  expect(sentMs()).toBe(1_000 + 520 + 1_000);
  hears(1);
  expect(voice.cut()).toEqual({ responseId: 'resp_1', playedMs: 576 });
});

it('of the reply after one that was heard, nothing was heard yet', () => {
  const { voice, hears, clears } = telephone();
  voice.begin('resp_1', 1, 8_000);
  voice.push(1, SECOND, true);
  voice.begin('resp_2', 2, 8_000);
  voice.push(2, SECOND, false);
  hears(11);
  expect(voice.cut()).toEqual({ responseId: 'resp_2', playedMs: 0 });
  voice.push(2, SECOND, false);
  expect([voice.cut(), voice.hold(), clears()]).toEqual([undefined, undefined, 1]);
});

it('marks that are not its own say nothing', () => {
  const { voice } = telephone();
  voice.begin('resp_1', 1, 8_000);
  voice.push(1, SECOND, false);
  for (const name of ['', 'x', '0', '0.99', '0.-1', '7.0', '0.1e-1']) voice.marked(name);
  expect(voice.cut()).toMatchObject({ playedMs: 0 });
});
