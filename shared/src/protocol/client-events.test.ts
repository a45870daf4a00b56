import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  clientEventSchemas,
  decodeClientEvent,
  type ClientEvent,
  type ClientEventType,
} from './client-events.ts';

const EXAMPLES: { readonly [type in ClientEventType]: ClientEvent & { type: type } } = {
  'session.update': {
    type: 'session.update',
    seq: 1,
    session: { voice: 'slt', time_zone: 'Europe/Berlin', output_modalities: ['text'] },
  },
  'input_audio_buffer.speech_started': {
    type: 'input_audio_buffer.speech_started',
    seq: 2,
    utterance: 1,
    audio_start_ms: 1_200.5,
    interrupts: { response_id: 'resp_1', audio_end_ms: 840 },
  },
  'input_audio_buffer.speech_paused': {
    type: 'input_audio_buffer.speech_paused',
    utterance: 1,
    audio_end_ms: 2_300,
    sent_ms: 2_510,
  },
  'input_audio_buffer.speech_resumed': {
    type: 'input_audio_buffer.speech_resumed',
    utterance: 1,
    audio_start_ms: 2_900,
  },
  'input_audio_buffer.speech_stopped': {
    type: 'input_audio_buffer.speech_stopped',
    utterance: 1,
    audio_end_ms: 2_300,
    sent_ms: 2_700,
  },
  'input_audio_buffer.commit': { type: 'input_audio_buffer.commit', utterance: 0 },
  'input_audio_buffer.clear': { type: 'input_audio_buffer.clear', utterance: 65_535 },
  'conversation.item.create': {
    type: 'conversation.item.create',
    item: {
      id: 'mine_1',
      type: 'message',
      role: 'user',
      content: [{ type: 'input_text', text: 'What time is it?' }],
    },
  },
  'conversation.item.delete': { type: 'conversation.item.delete', item_id: 'mine_1' },
  'conversation.item.truncate': {
    type: 'conversation.item.truncate',
    response_id: 'resp_1',
    audio_end_ms: 840,
  },
  'response.create': { type: 'response.create' },
  'response.cancel': { type: 'response.cancel', response_id: 'resp_1' },
  'page.answer.delta': { type: 'page.answer.delta', request_id: 'ask_1', delta: 'Paris. ' },
  'page.answer.done': { type: 'page.answer.done', request_id: 'ask_1', status: 'completed' },
  'session.resume': {
    type: 'session.resume',
    session_id: 'sess_1',
    resume_token: 'secret',
    last_seq: 41,
  },
  ping: { type: 'ping', client_ms: 81_000.25, last_seq: 41 },
};
const types = Object.keys(clientEventSchemas) as ClientEventType[];

describe('decodeClientEvent', () => {
  it.each(types)('reads %s', (type) => {
    expect(decodeClientEvent(JSON.stringify(EXAMPLES[type]))).toEqual({
      kind: 'event',
      event: EXAMPLES[type],
    });
  });

  it('never throws, for any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(['event', 'unknown', 'malformed']).toContain(decodeClientEvent(text).kind);
      }),
      { numRuns: 500 },
    );
  });

  it('never throws over a known type with anything else in it', () => {
    fc.assert(
      fc.property(fc.constantFrom(...types), fc.object(), (type, rest) => {
        const { kind } = decodeClientEvent(JSON.stringify({ ...rest, type }));
        expect(['event', 'malformed']).toContain(kind);
      }),
      { numRuns: 500 },
    );
  });

  it('reports an event of another type as unknown', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 128 }), (type) => {
        fc.pre(!Object.hasOwn(clientEventSchemas, type));
        expect(decodeClientEvent(JSON.stringify({ type }))).toEqual({ kind: 'unknown', type });
      }),
    );
  });

  it.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])(
    'takes %s for no event of its own',
    (type) => expect(decodeClientEvent(`{"type":"${type}"}`).kind).toBe('unknown'),
  );

  it.each([
    ['', 'malformed_json'],
    ['{"type":"ping"', 'malformed_json'],
    ['null', 'invalid_event'],
    ['[]', 'invalid_event'],
    ['"ping"', 'invalid_event'],
    ['{}', 'invalid_event'],
    ['{"type":7}', 'invalid_event'],
    [`{"type":"${'x'.repeat(129)}"}`, 'invalid_event'],
    ['{"type":"ping"}', 'invalid_event'],
    ['{"type":"ping","client_ms":1e999}', 'invalid_event'],
  ])('finds fault with %s', (text, fault) => {
    expect(decodeClientEvent(text)).toMatchObject({ kind: 'malformed', fault });
  });

  it('takes no parameters that are nested so deep that reading them would fail', () => {
    const fault = (depth: number) => {
      const parameters = `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`;
      const session = `{"tools":[{"name":"deep","parameters":${parameters}}]}`;
      return decodeClientEvent(`{"type":"session.update","session":${session}}`).kind;
    };
    expect([64, 65, 30_000].map(fault)).toEqual(['event', 'malformed', 'malformed']);
  });

  it('says which field is wrong, and never what was in it', () => {
    const text = JSON.stringify({
      ...EXAMPLES['session.resume'],
      resume_token: 'my secret'.repeat(20),
      last_seq: -1,
    });
    const result = decodeClientEvent(text);
    expect(result).toMatchObject({ kind: 'malformed', fault: 'invalid_event' });
    const { detail } = result as { detail: string };
    expect(detail).toMatch(/^resume_token: /);
    expect(detail).not.toContain('my secret');
  });

  it.each([
    ['seq', { seq: 0 }],
    ['seq', { seq: 1.5 }],
    ['seq', { seq: 2 ** 32 }],
    ['utterance', { utterance: 65_536 }],
    ['utterance', { utterance: -1 }],
    ['audio_start_ms', { audio_start_ms: -1 }],
    ['audio_start_ms', { audio_start_ms: '12' }],
  ])('holds %s to its bounds: %o', (field, change) => {
    const event = { ...EXAMPLES['input_audio_buffer.speech_started'], ...change };
    const result = decodeClientEvent(JSON.stringify(event));
    expect(result).toMatchObject({ kind: 'malformed' });
    expect((result as { detail: string }).detail).toContain(field);
  });

  it.each(['', 'x'.repeat(2_001)])('takes no piece of an answer of %#', (delta) => {
    const event = { ...EXAMPLES['page.answer.delta'], delta };
    expect(decodeClientEvent(JSON.stringify(event))).toMatchObject({ kind: 'malformed' });
  });

  it('takes white space alone for no message', () => {
    const { item } = EXAMPLES['conversation.item.create'];
    const event = {
      type: 'conversation.item.create',
      item: { ...item, content: [{ type: 'input_text', text: ' \n ' }] },
    };
    expect(decodeClientEvent(JSON.stringify(event)).kind).toBe('malformed');
  });
});
