import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readFrameMessage, readPageMessage } from './embed-messages.ts';

const BARE = {
  ...{ look: 'button', theme: 'light', label: null, greeting: null, voice: null, language: null },
  colours: {},
};

const settingsOf = (settings: object) => {
  const message = readPageMessage({ type: 'settings', settings });
  return message?.type === 'settings' ? message.settings : null;
};

describe('the frame', () => {
  it('takes what a page says for no more than it may be', () => {
    expect(settingsOf({})).toEqual(BARE);
    expect(settingsOf({ look: 'huge', theme: 7, label: '  ', voice: {}, colours: [] })).toEqual(
      BARE,
    );
    expect(settingsOf({ label: ' Ask us ', greeting: 'x'.repeat(1_000) })).toMatchObject({
      label: 'Ask us',
      greeting: 'x'.repeat(200),
    });
    expect(readPageMessage({ type: 'command', command: 'signOut' })).toBeNull();
    expect(readPageMessage({ type: 'text', text: ' ' })).toBeNull();
    expect(readPageMessage({ type: 'text', text: 'x'.repeat(9_000) })).toEqual({
      type: 'text',
      text: 'x'.repeat(4_000),
    });
  });

  it.each(['#7a3cc2', 'rgb(1 2 3 / 50%)', 'light-dark(#fff, oklch(0.2 0.01 200))', 'tomato'])(
    'takes %s for a colour',
    (accent) => {
      expect(settingsOf({ colours: { accent } })?.colours).toEqual({ accent });
    },
  );

  it.each(['var(--text)', 'URL(x)', 'red; --text: red', 'url("https://a.example")', '\\75rl(x)'])(
    'takes no %s for one',
    (accent) => {
      expect(settingsOf({ colours: { accent, other: 'red' } })?.colours).toEqual({});
    },
  );

  it('and the page survive anything that is said', () => {
    fc.assert(
      fc.property(fc.anything(), (data) => {
        expect(() => [readPageMessage(data), readFrameMessage(data)]).not.toThrow();
      }),
    );
  });
});

describe('the page', () => {
  it.each([
    { type: 'size', width: -1, height: 48 },
    { type: 'size', width: 360, height: Number.POSITIVE_INFINITY },
    { type: 'size', width: '360', height: 48 },
    { type: 'event', name: 'click', detail: {} },
    { type: 'event', name: 'state', detail: null },
    'hello',
  ])('passes over %j', (message) => {
    expect(readFrameMessage(message)).toBeNull();
  });

  it('takes what the frame says', () => {
    const size = { type: 'size', width: 132.5, height: 48 };
    const event = { type: 'event', name: 'cost', detail: { usd: 0.01 } };
    expect([size, event, { type: 'hello', more: 1 }].map(readFrameMessage)).toEqual([
      size,
      event,
      { type: 'hello' },
    ]);
  });
});
