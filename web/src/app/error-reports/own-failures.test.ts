import { expect, it } from 'vitest';
import type { MediaNotice } from '../../client/index.ts';
import { ownFailureIn } from './start-error-reports.ts';

const crash = (message: string, filename = 'https://page.example/assets/media.worker.js') =>
  ownFailureIn({
    type: 'error',
    code: 'internal_error',
    message: 'Something went wrong in this page. Please call again.',
    crash: { message, filename, lineno: 1, colno: 23 } as ErrorEvent,
  })?.exception?.values?.[0];

it.each([
  ['Uncaught TypeError: x is not a function', 'TypeError', 'x is not a function'],
  ['ReferenceError: x is not defined', 'ReferenceError', 'x is not defined'],
  ['Uncaught lost', 'Error', 'lost'],
  ['', 'Error', ''],
])('a crash of the media worker (%j) says what and where', (message, type, value) => {
  expect(crash(message)).toEqual({
    type,
    value,
    stacktrace: {
      frames: [{ filename: 'https://page.example/assets/media.worker.js', lineno: 1, colno: 23 }],
    },
  });
});

it('a crash of a worker that could not be loaded has no place', () => {
  expect(crash('', '')?.stacktrace?.frames).toEqual([]);
});

it.each<[MediaNotice, string | undefined]>([
  [{ type: 'error', code: 'vad_failed', message: '' }, 'vad_failed'],
  [{ type: 'error', code: 'audio_unavailable', message: '' }, 'audio_unavailable'],
  // The relay reports its own, and a missing network is not a failure to report.
  [{ type: 'error', code: 'generator_failed', message: '' }, undefined],
  [{ type: 'error', code: 'network_unreachable', message: '' }, undefined],
  [{ type: 'phase', phase: 'listening' }, undefined],
])('%j is reported as %s', (notice, code) => {
  expect(ownFailureIn(notice)?.tags?.['code']).toBe(code);
});
