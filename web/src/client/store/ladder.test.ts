import { expect, test } from 'vitest';
import type { MediaNotice } from '../messages/media-messages.ts';
import { ladderAfter, ladderAfterSession, ladderOf, standingOf, type Ladder } from './ladder.ts';

const PROVIDERS = { transcriber: 'nova', generator: 'claude', synthesizer: 'sonic' };
const BEGUN = ladderOf(PROVIDERS, 1_000);

function changed(
  ladder: Ladder,
  stage: 'transcriber' | 'generator' | 'synthesizer',
  to: string,
  reason: Extract<MediaNotice, { type: 'stage-changed' }>['reason'] = 'internal_error',
): Ladder {
  const from = ladder.stages[stage].now;
  return ladderAfter(ladder, { type: 'stage-changed', stage, from, to, reason }, 5_000);
}

test('a stage remembers whose work it was, why it changed and since when', () => {
  expect(changed(BEGUN, 'generator', 'gpt', 'generator_timeout').stages.generator).toEqual({
    now: 'gpt',
    usual: 'claude',
    reason: 'generator_timeout',
    sinceMs: 5_000,
  });
});

test('each rung stands for something else', () => {
  expect(standingOf(BEGUN, 'transcriber')).toBe('usual');
  expect(standingOf(changed(BEGUN, 'transcriber', 'flux'), 'transcriber')).toBe('stand-in');
  const page = changed(BEGUN, 'transcriber', 'browser');
  expect(standingOf(page, 'transcriber')).toBe('page-stand-in');
  const unable = ladderAfter(
    page,
    { type: 'page-ability', stage: 'transcriber', ability: 'missing' },
    6_000,
  );
  expect(standingOf(unable, 'transcriber')).toBe('none');
  expect(standingOf(changed(BEGUN, 'synthesizer', 'none'), 'synthesizer')).toBe('none');
});

test('a page that speaks from the beginning is not a stand-in', () => {
  const ladder = ladderOf({ ...PROVIDERS, synthesizer: 'browser' }, 0);
  expect(standingOf(ladder, 'synthesizer')).toBe('page');
});

test('restored, a stage is as it was, also on the way up rung by rung', () => {
  const low = changed(BEGUN, 'synthesizer', 'browser');
  const middle = changed(low, 'synthesizer', 'embedded', null);
  expect(standingOf(middle, 'synthesizer')).toBe('stand-in');
  const top = changed(middle, 'synthesizer', 'sonic', null);
  expect(standingOf(top, 'synthesizer')).toBe('usual');
  expect(top.stages.synthesizer.reason).toBeNull();
});

test('a provider that is better than the first is not a stand-in', () => {
  const better = changed(BEGUN, 'transcriber', 'flux', null);
  expect(standingOf(better, 'transcriber')).toBe('usual');
  expect(standingOf(changed(better, 'transcriber', 'nova'), 'transcriber')).toBe('stand-in');
});

test('a session that is described again changes only what differs', () => {
  const degraded = changed(BEGUN, 'generator', 'gpt', 'generator_failed');
  expect(ladderAfterSession(degraded, { ...PROVIDERS, generator: 'gpt' }, 9_000)).toBe(degraded);
  const { stages } = ladderAfterSession(degraded, PROVIDERS, 9_000);
  expect(stages.generator).toEqual({
    now: 'claude',
    usual: 'claude',
    reason: null,
    sinceMs: 9_000,
  });
});

test('a browser that the person has chosen is no stand-in, and neither is the relay after it', () => {
  const chosen = ladderAfterSession(BEGUN, { ...PROVIDERS, transcriber: 'browser' }, 9_000);
  expect(standingOf(chosen, 'transcriber')).toBe('page');
  const again = ladderAfterSession(chosen, PROVIDERS, 9_500);
  expect(standingOf(again, 'transcriber')).toBe('usual');
});
