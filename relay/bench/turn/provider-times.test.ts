import { expect, test } from 'vitest';
import { ProviderTimes, turnName } from './provider-times.ts';

test('a turn is followed over the lines of all three providers', () => {
  const times = new ProviderTimes();
  const say = (line: number, way: 'in' | 'out', atMs: number, text?: string) =>
    times.add({ url: '', line, way, atMs, text, bytes: 0 });
  const name = turnName(7);
  say(1, 'in', 0);
  say(1, 'out', 50, `{"transcript":"${name}"}`);
  say(1, 'in', 1_000, '{"type":"Finalize"}');
  say(1, 'out', 1_101, `{"transcript":"${name}"}`);
  say(2, 'in', 1_110);
  say(2, 'out', 1_262, 'data: {"choices":[{"delta":{"role":"assistant"}}]}');
  say(2, 'out', 1_263, `data: {"choices":[{"delta":{"content":"${name}"}}]}`);
  say(2, 'out', 1_300, `data: {"choices":[{"delta":{"content":"${name}"}}]}`);
  say(3, 'in', 1_310, `{"type":"Speak","text":"${name} is a sentence."}`);
  say(3, 'in', 1_311, '{"type":"Flush"}');
  say(3, 'in', 1_350, '{"type":"Speak","text":"Another."}');
  say(3, 'out', 1_392);
  say(3, 'out', 1_500);
  expect(times.take()).toEqual({ 7: { asr: 101, llm: 153, tts: 82 } });
  expect(times.take()).toEqual({});
});

test('a turn that was not answered whole is not told of', () => {
  const times = new ProviderTimes();
  times.add({ url: '', line: 1, way: 'in', atMs: 0, text: '{"type":"Finalize"}', bytes: 0 });
  const text = `{"transcript":"${turnName(1)}"}`;
  times.add({ url: '', line: 1, way: 'out', atMs: 100, text, bytes: 0 });
  expect(times.take()).toEqual({});
});
