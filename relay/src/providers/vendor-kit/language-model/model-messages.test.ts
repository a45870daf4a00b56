import { expect, test } from 'vitest';
import type { Message } from '../../../call/stages/generator/generator.ts';
import { toModelMessages } from './model-messages.ts';

const user = (text: string): Message => ({ role: 'user', text });
const assistant = (text: string): Message => ({ role: 'assistant', text });

test('what was said goes over as it is', () => {
  expect(toModelMessages([user('Hello.'), assistant('Hi.'), user('How are you?')])).toEqual([
    { role: 'user', content: 'Hello.' },
    { role: 'assistant', content: 'Hi.' },
    { role: 'user', content: 'How are you?' },
  ]);
});

test('one who speaks twice in a row has one message', () => {
  expect(toModelMessages([user('Hello.'), user('Are you there?')])).toEqual([
    { role: 'user', content: 'Hello.\nAre you there?' },
  ]);
});

test('words that were not recognised are marked as such', () => {
  const [message] = toModelMessages([{ role: 'user', text: '', unrecognised: true }]);
  expect(message?.content).toMatch(/^\[.*could not be understood.*\]$/);
});

test('a number that may have been misheard is marked as such', () => {
  const [message] = toModelMessages([{ role: 'user', text: 'Fifty minutes.', isDoubtful: true }]);
  expect(message?.content).toMatch(/^Fifty minutes\. \[.*misheard.*\]$/);
});

test('it always begins and ends with the person, and holds nothing empty', () => {
  for (const history of [
    [],
    [assistant('Hello.')],
    [user('Hello.'), assistant('Hi.')],
    [assistant('Hi.'), user('  ')],
  ]) {
    const messages = toModelMessages(history);
    expect(messages.at(0)?.role).toBe('user');
    expect(messages.at(-1)?.role).toBe('user');
    expect(messages.every(({ content }) => content.trim() !== '')).toBe(true);
  }
});

test('a long talk loses its beginning, never its last message', () => {
  const long = 'x'.repeat(5_000);
  const talk = Array.from({ length: 20 }, (_, n) => (n % 2 === 0 ? user(long) : assistant(long)));
  const messages = toModelMessages([...talk, user('And now?')]);
  expect(messages.reduce((sum, { content }) => sum + content.length, 0)).toBeLessThan(25_000);
  expect(messages.at(0)?.role).toBe('user');
  expect(messages.at(-1)?.content).toBe('And now?');
  expect(toModelMessages([user('x'.repeat(50_000))])[0]?.content).toHaveLength(50_000);
});
