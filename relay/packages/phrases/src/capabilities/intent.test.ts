import { describe, expect, it } from 'vitest';
import { numberSlot } from '../phrases/slots/number.ts';
import { intent } from './intent.ts';

describe('an intent', () => {
  it('is refused if a phrase may leave a slot empty', () => {
    expect(() =>
      intent({ phrases: ['roll [<count>] dice'], slots: { count: numberSlot }, answer: () => '' }),
    ).toThrow(RangeError);
  });

  it('is refused if a phrase names a slot that is not there', () => {
    expect(() => intent({ phrases: ['roll <count> dice'], answer: () => '' })).toThrow(RangeError);
  });

  it('is refused if a spoken phrase has a slot that only typing can fill', () => {
    expect(() =>
      intent({
        phrases: ['find <text>'],
        slots: { text: { read: () => [] } },
        answer: () => '',
      }),
    ).toThrow(RangeError);
  });
});
