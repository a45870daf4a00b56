import fc from 'fast-check';
import { expect, it } from 'vitest';
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

it('forgets the oldest of more than sixty, and never grows beyond', () => {
  fc.assert(
    fc.property(fc.nat({ max: 200 }), (count) => {
      const history = new History();
      for (let index = 0; index < count; index++) {
        history.add(`${index}`, { role: 'user', text: `${index}` });
      }
      const kept = history.messages.map(({ text }) => Number(text));
      expect(kept).toEqual(
        Array.from({ length: Math.min(60, count) }, (_, index) => Math.max(0, count - 60) + index),
      );
      // A reply whose place is forgotten changes nothing.
      history.setReply('r-old', 'Too late');
      expect(history.messages).toHaveLength(kept.length);
    }),
  );
});
