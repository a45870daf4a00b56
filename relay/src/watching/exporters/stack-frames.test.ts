import { expect, it } from 'vitest';
import { framesOf } from './stack-frames.ts';

it('finds the places in the code, without where it is installed', () => {
  const stack = [
    'Error: what a person said',
    '    at Session.#resume (file:///home/someone/parley/relay/src/call/session/session.ts:230:11)',
    '    at async new Conversation (file:///home/someone/parley/relay/src/call/turn/conversation.ts:1:2)',
    '    at WebSocket.emit (node:events:519:28)',
    '    at file:///home/someone/parley/node_modules/.pnpm/ws@8/node_modules/ws/lib/sender.js:5:6',
    '    at Object.parse (file:///somewhere/else/parse.js:7:8)',
  ].join('\n');
  expect(framesOf(stack).map((frame) => [frame.function, frame.filename, frame.in_app])).toEqual([
    ['Object.parse', '?', true],
    ['?', 'node_modules/ws/lib/sender.js', false],
    ['WebSocket.emit', 'node:events', false],
    ['Conversation', 'relay/src/call/turn/conversation.ts', true],
    ['Session.#resume', 'relay/src/call/session/session.ts', true],
  ]);
});

it.each([
  'Error: one\n    at the lemon tree I hid it (do not tell)',
  'Error: two\n    at home (https://example.com/?token=abc:1:2)',
  'Error: three\n    at night we meet:1:2',
])('takes no words of a message for a place: %j', (stack) => {
  expect(framesOf(stack)).toEqual([]);
});
