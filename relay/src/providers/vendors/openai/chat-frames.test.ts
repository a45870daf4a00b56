import { describe, expect, test } from 'vitest';
import { failureOf, textOf } from '../../vendor-kit/language-model/talk.rig.ts';
import { chatWith, event, say, SSE, whole } from './chat-server.rig.ts';

const PARTS = [say('It is '), say('nööön.'), say('', 'stop')];

describe('an answer is read in the frame of', () => {
  test.each<[string, string, string?]>([
    ['OpenAI', PARTS.map(event).join('') + 'data: [DONE]\n\n'],
    ['a whole completion', JSON.stringify(whole({ content: 'It is nööön.' })), 'application/json'],
    [
      'a whole completion over several lines',
      JSON.stringify(whole({ content: 'It is nööön.' }), null, 2),
      'application/json',
    ],
    [
      'a whole completion with the type of a stream',
      JSON.stringify(whole({ content: 'It is nööön.' })),
    ],
    [
      'a whole completion in one event',
      event(whole({ content: 'It is nööön.' })) + 'data: [DONE]\n\n',
    ],
    [
      '`message` for `delta`',
      ['It is ', 'nööön.']
        .map((content) => event({ choices: [{ message: { content }, finish_reason: null }] }))
        .join('') + 'data: [DONE]\n\n',
    ],
    ['no reason for the end', PARTS.slice(0, 2).map(event).join('') + 'data: [DONE]\n\n'],
    ['no [DONE]', PARTS.map(event).join('')],
    ['neither', PARTS.slice(0, 2).map(event).join('')],
    [
      'lines of Windows and a byte order mark',
      `\ufeff${PARTS.map(event).join('').replaceAll('\n', '\r\n')}data: [DONE]\r\n\r\n`,
    ],
    [
      'comments, names and pings',
      `: ping\n\nevent: message\nid: 1\nretry: 5\n${PARTS.map(event).join(': ping\n\n')}`,
    ],
    ['no space behind the colon', PARTS.map((part) => `data:${JSON.stringify(part)}\n\n`).join('')],
    [
      'one line break between events',
      PARTS.map((part) => `data: ${JSON.stringify(part)}\n`).join(''),
    ],
    [
      'data over several lines',
      PARTS.map((part) => JSON.stringify(part, null, 1).replaceAll(/^/gm, 'data: ') + '\n\n').join(
        '',
      ),
    ],
    [
      'JSON lines',
      PARTS.map((part) => `${JSON.stringify(part)}\n`).join(''),
      'application/x-ndjson',
    ],
    [
      'thoughts, although it is not to think',
      event({ choices: [{ delta: { reasoning: 'It is nööön.' } }] }) + event(say('', 'stop')),
    ],
    [
      'thoughts by another name',
      event({
        choices: [
          { delta: { content: '', reasoning_content: 'It is nööön.' }, finish_reason: 'stop' },
        ],
      }),
    ],
  ])('%s', async (_, body, type) => {
    for (const isCutUp of [false, true]) {
      await using talk = await chatWith([body], type, isCutUp);
      const events = await talk.ask('When?');
      expect(textOf(events).trim()).toBe('It is nööön.');
      expect(talk.chats).toHaveLength(1);
    }
  });
});

test('the usage of an answer in one piece is read', async () => {
  await using talk = await chatWith(
    [JSON.stringify(whole({ content: 'Noon.' }))],
    'application/json',
  );
  expect((await talk.ask('When?')).at(-1)).toMatchObject({ inputTokens: 7, outputTokens: 3 });
});

test('usage is found after the end', async () => {
  const usage = { prompt_tokens: 7, completion_tokens: 3 };
  for (const last of [{ choices: [], usage }, { usage }, { choices: null, usage }]) {
    await using talk = await chatWith([[...PARTS, last].map(event).join('') + 'data: [DONE]\n\n']);
    expect((await talk.ask('When?')).at(-1)).toMatchObject({ inputTokens: 7, outputTokens: 3 });
  }
});

test.each([
  [
    'in one piece',
    {
      message: {
        tool_calls: [{ function: { name: 'set_timer', arguments: { seconds: 5, label: 'tea' } } }],
      },
    },
  ],
  [
    'in a chunk',
    {
      delta: {
        tool_calls: [
          {
            index: 0,
            id: 'a',
            function: { name: 'set_timer', arguments: { seconds: 5, label: 'tea' } },
          },
        ],
      },
    },
  ],
])('a call whose arguments are an object is carried out: %s', async (_, choice) => {
  const body = event({ choices: [{ ...choice, finish_reason: 'tool_calls' }] });
  await using talk = await chatWith([body, () => false]);
  expect(textOf(await talk.ask('A timer.'))).toMatch(/timer is set|noon/);
  expect(talk.reminders.list()).toMatchObject([{ label: 'tea', remainingMs: 5_000 }]);
});

describe('an error in a stream of status 200 is read as a refusal', () => {
  const n_ctx = 600;
  const message = 'the request exceeds the available context size, try increasing it';
  const error = {
    code: 400,
    message,
    type: 'exceed_context_size_error',
    n_prompt_tokens: 2_000,
    n_ctx,
  };
  test.each([
    ['as an event', event({ error })],
    ['without data', `${JSON.stringify({ error })}\n`],
    ['as a document', JSON.stringify({ error }, null, 2)],
    ['by its event', `event: error\n${event({ message, n_ctx })}`],
    ['as llama.cpp had it', `error: ${JSON.stringify(error)}\n\n`],
    ['as a sentence', event({ error: `${message} (maximum context length is ${n_ctx})` })],
    ['as an object', event({ object: 'error', ...error })],
    ['as FastAPI has it', JSON.stringify({ detail: `maximum context length is ${n_ctx}` })],
  ])('%s, and the context is learnt', async (_, body) => {
    await using talk = await chatWith([body, () => false]);
    expect(textOf(await talk.ask('When?'))).toBe('It is noon.');
    expect(talk.generator.historyTokens).toBeLessThan(n_ctx);
    expect(talk.chats).toHaveLength(2);
  });

  test.each([
    [
      event({ error: { message: 'Rate limit reached', type: 'rate_limit_error', code: 429 } }),
      'rate-limited',
      'rate_limit_error',
    ],
    [event({ error: 'CUDA out of memory' }), 'overloaded', undefined],
    ['<!DOCTYPE html>\n<html><body>Sign in</body></html>', 'malformed', 'HTML'],
    ['{"choices":[{"delta":{"content":"It', 'closed', 'broken off'],
    ['data: {"choices":\n\n', 'malformed', 'broken JSON'],
    ['', 'closed', 'empty body'],
    ['Internal Server Error', 'malformed', 'no chat answer'],
    ['{"status":"ok"}', 'malformed', 'no chat answer'],
  ])('%j is %s, and not asked again here', async (body, fault, note) => {
    await using talk = await chatWith([body]);
    const failure = await failureOf(talk.ask('When?'));
    expect(failure).toMatchObject({ fault });
    expect(failure.note).toBe(note);
    expect(failure.note ?? '').not.toMatch(/AI_|Error$/);
    expect(talk.chats).toHaveLength(1);
  });
});

test('thoughts that speak about the person are not taken for the answer', async () => {
  const body = event({
    choices: [{ delta: { reasoning: 'The user asks.' }, finish_reason: 'stop' }],
  });
  await using talk = await chatWith([body]);
  expect(await failureOf(talk.ask('When?'))).toMatchObject({ note: 'empty answer' });
});

test('a stream is passed on piece by piece', async () => {
  const { promise: isRead, resolve } = Promise.withResolvers<void>();
  await using talk = await chatWith([
    async (response) => {
      response.writeHead(200, { 'content-type': SSE }).write(event(say('It is ')));
      await isRead;
      response.end(event(say('noon.', 'stop')));
      return true;
    },
  ]);
  let text = '';
  for await (const each of talk.generate('When?')) {
    if (each.type === 'text-delta') text += each.text;
    if (text.startsWith('It is')) resolve();
  }
  expect(text).toBe('It is noon.');
});
