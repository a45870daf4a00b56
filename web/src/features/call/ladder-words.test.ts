import { describe, expect, test } from 'vitest';
import type { CallState } from '../../client/index.ts';
import { type Ladder, ladderAfter, ladderOf } from '../../client/index.ts';
import { runningCall } from '../../client/store/running-call.fake.ts';
import { stateLineOf } from './call-words.ts';
import { ladderLinesOf } from './ladder-words.ts';
import { orbRoleOf } from './orb-role.ts';

const BEGUN = ladderOf({ transcriber: 'nova', generator: 'claude', synthesizer: 'sonic' }, 0);

function ladderWith(...changes: ['transcriber' | 'generator' | 'synthesizer', string][]): Ladder {
  return changes.reduce(
    (ladder, [stage, to]) =>
      ladderAfter(
        ladder,
        { type: 'stage-changed', stage, from: 'x', to, reason: 'internal_error' },
        0,
      ),
    BEGUN,
  );
}

const running = (ladder: Ladder, change: Partial<CallState> = {}): CallState =>
  runningCall({ ladder, ...change });

const refused = (ladder: Ladder): Ladder =>
  ladderAfter(ladder, { type: 'page-ability', stage: 'transcriber', ability: 'refused' }, 0);

test.each<[string, Ladder, string[]]>([
  ['nothing, while all is as usual', BEGUN, []],
  [
    'a listening browser',
    ladderWith(['transcriber', 'browser']),
    ['Your browser is listening for now'],
  ],
  [
    'a browser that may not listen',
    refused(ladderWith(['transcriber', 'browser'])),
    ['Your browser does not allow speech recognition: please type'],
  ],
  [
    'that typing is left',
    ladderWith(['transcriber', 'none']),
    ['Speech recognition is unavailable: please type'],
  ],
  [
    'that reading is left',
    ladderWith(['synthesizer', 'none']),
    ['The voice is unavailable: read along'],
  ],
  [
    'both ends of speech at once',
    ladderWith(['transcriber', 'browser'], ['synthesizer', 'browser']),
    ['Your browser listens and speaks for now'],
  ],
  [
    'stand-ins, hearing first',
    ladderWith(['generator', 'gpt'], ['synthesizer', 'aura']),
    ['You hear a stand-in voice for now', 'Answers come from a stand-in for now'],
  ],
])('it says %s', (_, ladder, lines) => {
  expect(ladderLinesOf(running(ladder))).toEqual(lines);
  for (const line of lines) expect(line).not.toContain('!');
});

test('a person who only types need not know which provider would listen', () => {
  const state = running(ladderWith(['transcriber', 'none']), { microphone: { kind: 'unwanted' } });
  expect(ladderLinesOf(state)).toEqual([]);
});

describe('while speech is not understood', () => {
  const deaf = ladderWith(['transcriber', 'none']);

  test('the line of state does not claim to listen', () => {
    expect(stateLineOf(running(deaf), true)).toBe('Type a message');
    expect(stateLineOf(running(deaf, { phase: 'speaking' }), true)).toBe('Speaking');
  });

  test('the orb leads to typing, and still stops the voice', () => {
    expect(orbRoleOf(running(deaf))).toMatchObject({ action: 'type', mood: 'idle' });
    expect(orbRoleOf(running(deaf, { phase: 'speaking' })).action).toBe('stop-speaking');
  });
});

test('a browser that listens by itself needs no detector of ours', () => {
  const state = running(ladderWith(['transcriber', 'browser']), { vad: 'failed' });
  expect(orbRoleOf(state).action).toBe('explain');
  expect(orbRoleOf({ ...state, phase: 'hearing' }).action).toBe('finish');
});
