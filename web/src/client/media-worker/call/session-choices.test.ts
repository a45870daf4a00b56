import { TEST_SESSION } from '@parley/shared/link/session.fake';
import type { SequencedEvent } from '@parley/shared/link/outbound';
import type { MediaNotice } from '../../messages/media-messages.ts';
import type { AssistantOffer } from '../../messages/page-requests.ts';
import { expect, test } from 'vitest';
import { SessionChoices } from './session-choices.ts';

/** Before the first session. */
function choose(
  speed: number,
  language: string | null = null,
  assistant: AssistantOffer = { instructions: '', tools: [] },
) {
  const sent: SequencedEvent[] = [];
  const notices: MediaNotice[] = [];
  const choices = new SessionChoices(
    {
      choices: {
        ...{ voice: null, language, eagerness: 'high', speed },
        ...{ interruption: 'automatic', line: 'auto' },
      },
      assistant,
    },
    (event) => sent.push(event),
    (notice) => notices.push(notice),
  );
  const begun = (session: object) =>
    choices.begun({
      type: 'session.created',
      seq: 1,
      server_ms: 0,
      session: { ...TEST_SESSION, ...session },
    });
  return { choices, sent, notices, begun };
}

function begin(eagerness?: 'low' | 'medium' | 'high') {
  const { choices, sent, begun } = choose(1);
  begun(eagerness === undefined ? {} : { turn_detection: { eagerness } });
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
  choices.choose({ eagerness: 'low' });
  expect(sent).toEqual([]);
});

test('a voice that was chosen is that of the next session, too', () => {
  const { choices, sent } = begin('high');
  choices.choose({ voice: 'rms' });
  expect(sent).toEqual([{ type: 'session.update', session: { voice: 'rms' } }]);
  expect(choices.voice).toBe('rms');
});

test('a voice that the relay does not have is not asked for again', () => {
  const { choices, sent } = begin('high');
  choices.choose({ voice: 'rms' });
  choices.notOffered('voice');
  expect(choices.voice).toBeUndefined();
  sent.length = 0;
  choices.begun({
    type: 'session.created',
    seq: 1,
    server_ms: 0,
    session: { ...TEST_SESSION, languages: ['en-US', 'de'] },
  });
  choices.choose({ language: 'de' });
  expect(sent).toEqual([{ type: 'session.update', session: { language: 'de' } }]);
  choices.notOffered('language');
  expect(choices.language).toBeUndefined();
});

test('a language that was chosen is that of the next session, too', () => {
  const { choices, sent, begun } = choose(1, 'fr');
  expect(choices.language).toBe('fr');
  begun({ language: 'fr', languages: ['en-US', 'de', 'fr'] });
  choices.choose({ language: 'de' });
  expect(choices.language).toBe('de');
  choices.choose({ voice: 'eins' });
  choices.choose({ language: null });
  expect(choices.language).toBeUndefined();
  expect(sent).toEqual([
    { type: 'session.update', session: { language: 'de' } },
    { type: 'session.update', session: { voice: 'eins' } },
    { type: 'session.update', session: { language: 'en-US', voice: 'eins' } },
  ]);
});

test('a relay that offers no languages is never asked for one', () => {
  const { choices, sent, begun } = choose(1);
  begun({});
  choices.choose({ language: 'de' });
  expect(sent).toEqual([]);
});

test('a pace that was chosen is asked for as far as the voice has it, in each session', () => {
  const { choices, sent, begun } = choose(2);
  begun({});
  choices.choose({ speed: 1.8 });
  expect(sent).toEqual([]);
  begun({ speed: 1, speeds: { min: 0.7, max: 1.2 } });
  choices.choose({ speed: 0.9 });
  begun({ speed: 0.9, speeds: { min: 0.7, max: 1.2 } });
  expect(sent).toEqual([
    { type: 'session.update', session: { speed: 1.2 } },
    { type: 'session.update', session: { speed: 0.9 } },
  ]);
});

test('what the page can do is offered to relays that have use for it, in each session', () => {
  const { choices, sent, begun } = choose(1);
  const offered = () =>
    sent.splice(0).flatMap((event) => (event.type === 'session.update' ? [event.session] : []));
  choices.handle({ type: 'offer-page', offer: { page_model: true } });
  begun({});
  choices.handle({ type: 'offer-page', offer: { page_recogniser: true } });
  expect(offered()).toEqual([]);
  begun({ page_model: false, page_recogniser: false });
  expect(offered()).toEqual([{ page_model: true }, { page_recogniser: true }]);
  choices.handle({ type: 'offer-page', offer: { page_recogniser: false } });
  expect(offered()).toEqual([{ page_recogniser: false }]);
  begun({ page_model: false });
  expect(offered()).toEqual([{ page_model: true }]);
});

test('the answer of the page’s model goes to the relay as it comes', () => {
  const { choices, sent } = begin('high');
  choices.handle({ type: 'page-answer', requestId: 'ask_1', state: 'going-on', text: 'Paris.' });
  choices.handle({ type: 'page-answer', requestId: 'ask_1', state: 'completed' });
  expect(sent).toEqual([
    { type: 'page.answer.delta', request_id: 'ask_1', delta: 'Paris.' },
    { type: 'page.answer.done', request_id: 'ask_1', status: 'completed' },
  ]);
});

test('each session is given what the page adds, and once more when that changes', () => {
  const parameters = { type: 'object' };
  const tools = [{ name: 'weather', description: '', parameters }];
  const { choices, sent, begun } = choose(1, null, { instructions: 'Rhyme.', tools });
  const update = { type: 'session.update', session: { instructions: 'Rhyme.', tools } };
  begun({});
  begun({});
  expect(sent).toEqual([update, update]);
  choices.handle({ type: 'set-assistant', offer: { instructions: '', tools: [] } });
  expect(sent.at(-1)).toEqual({ type: 'session.update', session: { instructions: '', tools: [] } });
  begun({});
  expect(sent).toHaveLength(3);
});

test('what does not fit into a message is not sent, because it would end the call', () => {
  const tools = [{ name: 'weather', description: 'é'.repeat(33_000) }];
  const { sent, notices, begun } = choose(1, null, { instructions: '', tools });
  begun({});
  expect(sent).toEqual([]);
  expect(notices).toMatchObject([{ type: 'error', code: 'assistant_too_long' }]);
});
