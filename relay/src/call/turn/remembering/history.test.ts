import fc from 'fast-check';
import { expect, it } from 'vitest';
import { estimateTokens } from '../../../base/lib/token-estimate.ts';
import { History } from './history.ts';

it('keeps the place of a reply from when it began, not from when it ended', () => {
  const history = new History();
  history.add('1', { role: 'user', text: 'Tell me a story' });
  history.add('r1', { role: 'assistant', text: '' });
  history.add('2', { role: 'user', text: 'Stop' });
  history.setReply('r1', 'Once upon a');
  expect(history.messages.map(({ text }) => text)).toEqual([
    'Tell me a story',
    'Once upon a',
    'Stop',
  ]);
});

it('leaves out replies of which nothing was heard, and nothing else', () => {
  const history = new History();
  history.add('1', { role: 'user', text: '', unrecognised: true });
  history.add('r1', { role: 'assistant', text: '' });
  expect(history.messages).toEqual([{ role: 'user', text: '', unrecognised: true }]);
});

it('forgets the oldest of very many, says so, and never grows beyond', () => {
  fc.assert(
    fc.property(fc.nat({ max: 1_500 }), (count) => {
      const history = new History();
      for (let index = 0; index < count; index++) {
        history.add(`${index}`, { role: 'user', text: `${index}` });
      }
      const kept = history.messages.filter(({ role }) => role === 'user');
      expect(kept.map(({ text }) => Number(text))).toEqual(
        Array.from(
          { length: Math.min(1_000, count) },
          (_, index) => Math.max(0, count - 1_000) + index,
        ),
      );
      expect(history.messages.length - kept.length).toBe(count > 1_000 ? 1 : 0);
      // A reply whose place is forgotten changes nothing.
      history.setReply('r-old', 'Too late');
      expect(history.messages.filter(({ role }) => role === 'user')).toEqual(kept);
    }),
    { numRuns: 20 },
  );
});

it('forgets the oldest of what is very long, but never the last', () => {
  const history = new History();
  for (const id of ['1', '2', '3']) {
    history.add(id, { role: 'user', text: `${id} ${'word '.repeat(50_000)}` });
  }
  const [earlier, ...kept] = history.messages;
  expect(earlier).toEqual({ role: 'earlier', text: '' });
  expect(kept.map(({ text }) => text[0])).toEqual(['3']);
  history.add('4', { role: 'user', text: 'x'.repeat(600_000) });
  expect(history.messages).toHaveLength(2);
});

it('what was said first is replaced, up to where the person began to speak', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.boolean(), fc.nat({ max: 400 })), { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 0, max: 2_000 }),
      (said, keepTokens) => {
        const history = new History();
        said.forEach(([isUser, length], index) => {
          const text = `${index} ${'x'.repeat(length)}`;
          if (isUser) history.add(`${index}`, { role: 'user', text });
          else {
            history.add(`${index}`, { role: 'assistant', text: '' });
            history.setReply(`${index}`, text);
          }
        });
        const before = history.messages;
        const part = history.oldest(keepTokens);
        if (part === undefined) return;
        history.add('later', { role: 'user', text: 'later' });
        history.replaceOldest(part, 'In short.');
        const [earlier, ...rest] = history.messages;
        expect(earlier).toEqual({ role: 'earlier', text: 'In short.' });
        expect([...part.messages, ...rest.slice(0, -1)]).toEqual(before);
        expect(rest[0]?.role).toBe('user');
        expect(rest.at(-1)?.text).toBe('later');
        const fresh = new History();
        rest.forEach((message, index) => fresh.add(`${index}`, message));
        expect(history.tokens - fresh.tokens).toBe(estimateTokens('In short.'));
      },
    ),
  );
});
