import { expect, it } from 'vitest';
import type { JournalRecord, TurnRecord } from '../../keeping/storage/records.ts';
import { Sealing, type SealingOptions } from '../../keeping/storage/sealing.ts';
import type { CallEventBody } from '../../call/events/call-events.ts';
import { ConversationRecorder } from './conversation-recorder.ts';

const PLAIN = { key: undefined, oldKeys: [] };
const USAGE = { asr_seconds: 0, llm_input_tokens: 0, llm_output_tokens: 0, tts_characters: 0 };
const STARTED: CallEventBody = {
  type: 'session-started',
  conversationId: 'conv_1',
  kind: 'guest',
  plan: 'guest',
  client: 'Chrome on Linux',
};
const ENDED: CallEventBody = {
  type: 'session-ended',
  reason: 'normal',
  durationMs: 9_000,
  traffic: { framesIn: 0, bytesIn: 0, framesOut: 0, bufferedBytes: 0 },
};

function setUp(sealing: SealingOptions | undefined = PLAIN) {
  const records: JournalRecord[] = [];
  const recorder = new ConversationRecorder({
    append: (record) => void records.push(record),
    sealing: sealing && new Sealing(sealing),
  });
  let atMs = 1_000;
  const tell = (...events: readonly CallEventBody[]) => {
    for (const event of events) {
      atMs += 100;
      recorder.observe({ ...event, atMs, sessionId: 'sess_1', userId: 'guest_1' });
    }
  };
  tell(STARTED);
  const turns = () => records.filter((record): record is TurnRecord => record.type === 'turn');
  return { tell, turns, records };
}

const typed = (turnId: string, text: string): CallEventBody => ({
  type: 'text-typed',
  turnId,
  itemId: 'item_1',
  speech: { text },
});

function done(
  turnId: string,
  speech: { readonly text: string; readonly written: string },
  status: 'completed' | 'cancelled' = 'completed',
): CallEventBody {
  return {
    type: 'reply-done',
    turnId,
    responseId: 'resp_1',
    status,
    code: null,
    timeline: { end_received: 5 },
    usage: USAGE,
    providers: { generator: 'openai' },
    speech,
  };
}

const interrupted = (turnId: string, text: string): CallEventBody => ({
  type: 'reply-interrupted',
  turnId,
  responseId: 'resp_1',
  playedMs: 1,
  clause: 0,
  words: 1,
  speech: { text },
});

it('a turn is kept as soon as its reply is over', () => {
  const { tell, turns } = setUp();
  tell(typed('turn_1', 'What is two plus two?'));
  expect(turns()).toEqual([]);
  tell(done('turn_1', { text: 'It is four.', written: 'It is four.' }));
  expect(turns()).toMatchObject([
    {
      id: 'turn_1',
      revision: 1,
      atMs: 1_200,
      trigger: 'text',
      userText: 'What is two plus two?',
      replyText: 'It is four.',
      unheardText: null,
      title: { text: 'What is two plus two?', key: null },
      wasInterrupted: false,
      providers: { generator: 'openai' },
    },
  ]);
  tell({ type: 'turn-ended', turnId: 'turn_1', outcome: 'replied' });
  expect(turns()).toHaveLength(1);
});

it('what was cut off is told from what was heard, also if that is known later', () => {
  const { tell, turns } = setUp();
  const written = 'One two three. Four five.';
  tell(typed('turn_1', 'Count'), done('turn_1', { text: 'One two three.', written }, 'cancelled'));
  tell({ type: 'turn-ended', turnId: 'turn_1', outcome: 'replied' }, interrupted('turn_1', 'One'));
  const seen = turns().map(({ revision, replyText, unheardText, wasInterrupted }) => [
    revision,
    replyText,
    unheardText,
    wasInterrupted,
  ]);
  expect(seen).toEqual([
    [1, 'One two three.', 'Four five.', true],
    [2, 'One', 'two three. Four five.', true],
  ]);
});

it('words without a reply of their own are kept, noise is not', () => {
  const { tell, turns } = setUp();
  const utterance = { itemId: 'item_1', utterance: 1 };
  tell({ type: 'utterance-started', turnId: 'turn_1', ...utterance });
  tell({ type: 'turn-ended', turnId: 'turn_1', outcome: 'no-words' });
  tell(typed('turn_2', 'And'), { type: 'turn-ended', turnId: 'turn_2', outcome: 'continued' });
  expect(turns()).toMatchObject([{ id: 'turn_2', userText: 'And', replyText: null }]);
});

it('a turn that another relay goes on with is kept there', () => {
  const { tell, turns, records } = setUp();
  tell(typed('turn_1', 'Hi'), done('turn_1', { text: 'Hello.', written: 'Hello.' }));
  tell(typed('turn_2', 'Count'), { type: 'session-moved' });
  tell(done('turn_2', { text: 'One', written: 'One two.' }, 'cancelled'));
  tell({ type: 'turn-ended', turnId: 'turn_2', outcome: 'replied' }, { ...ENDED, reason: 'moved' });
  expect(turns().map(({ id }) => id)).toEqual(['turn_1']);
  expect(records.at(-1)).toMatchObject({ end: { closeReason: 'moved' } });
});

it('a call in which nothing was said leaves nothing, another its end', () => {
  const silent = setUp();
  silent.tell(ENDED);
  expect(silent.records).toEqual([]);
  const spoken = setUp();
  spoken.tell(typed('turn_1', 'Hi'), done('turn_1', { text: 'Hello.', written: 'Hello.' }), ENDED);
  expect(spoken.records.at(-1)).toMatchObject({
    type: 'session',
    id: 'sess_1',
    end: { durationMs: 9_000, closeReason: 'normal' },
  });
});

it('without transcripts no word leaves the call, encrypted none that can be read', () => {
  const said = [
    typed('turn_1', 'my secret'),
    done('turn_1', { text: 'your secret', written: 'your secret plan' }, 'cancelled'),
  ];
  const off = new ConversationRecorder({
    append: (record) => expect(JSON.stringify(record)).not.toContain('secret'),
    sealing: undefined,
  });
  for (const event of [STARTED, ...said]) {
    off.observe({ ...event, atMs: 1, sessionId: 'sess_1', userId: 'guest_1' });
  }
  const { tell, turns } = setUp({ key: Buffer.alloc(32, 7), oldKeys: [] });
  tell(...said);
  const [turn] = turns();
  expect(JSON.stringify(turn)).not.toContain('secret');
  expect(turn?.textKey).toMatch(/^[0-9a-f]{12}$/);
  expect(turn?.title?.key).toBe(turn?.textKey);
});

it('a title is cut between characters', () => {
  const { tell, turns } = setUp();
  tell(typed('turn_1', `${'a'.repeat(59)}${'🙂'.repeat(10)}`));
  tell(done('turn_1', { text: 'It is four.', written: 'It is four.' }));
  expect(turns()[0]?.title?.text).toBe(`${'a'.repeat(59)} …`);
});
