import { TEST_SESSION } from '@parley/shared/link/session-fixture';
import type { SequencedEvent } from '@parley/shared/link/outbound';
import { expect, test } from 'vitest';
import { SessionChoices } from './session-choices.ts';

function begin(eagerness?: 'low' | 'medium' | 'high') {
  const sent: SequencedEvent[] = [];
  const choices = new SessionChoices({ voice: undefined, eagerness: 'high' }, (event) =>
    sent.push(event),
  );
  const session =
    eagerness === undefined ? TEST_SESSION : { ...TEST_SESSION, turn_detection: { eagerness } };
  choices.begun({ type: 'session.created', seq: 1, server_ms: 0, session });
  return { choices, sent };
}

test('a session that is less or more eager than was chosen is told', () => {
  expect(begin('medium').sent).toEqual([
    { type: 'session.update', session: { turn_detection: { eagerness: 'high' } } },
  ]);
  expect(begin('high').sent).toEqual([]);
});

test('a relay that leaves turns to the page is never asked', () => {
  const { choices, sent } = begin();
  choices.handle({ type: 'set-eagerness', eagerness: 'low' });
  expect(sent).toEqual([]);
});

test('a voice that was chosen is that of the next session, too', () => {
  const { choices, sent } = begin('high');
  choices.handle({ type: 'set-voice', voice: 'rms' });
  expect(sent).toEqual([{ type: 'session.update', session: { voice: 'rms' } }]);
  expect(choices.voice).toBe('rms');
});
