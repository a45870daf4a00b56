import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { expect, test } from 'vitest';
import {
  CallProvider,
  useCallState,
  useCaptions,
  useLatency,
  useMicrophoneLevel,
} from './index.ts';

function Shown(): string {
  const standing = useCallState((state) => state.standing.kind);
  const { length } = useCaptions();
  return JSON.stringify([standing, length, useLatency().last, useMicrophoneLevel()]);
}

test('a server renders what stands in a provider, and needs nothing of a browser', () => {
  const provider = createElement(
    CallProvider,
    { url: 'https://relay.example' },
    createElement(Shown),
  );
  expect(renderToString(provider)).toBe('[&quot;none&quot;,0,null,0]');
});

test('outside of a provider the hooks say so', () => {
  expect(() => renderToString(createElement(Shown))).toThrow(
    'Call is used outside of its provider',
  );
});
