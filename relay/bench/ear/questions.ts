import type { Disturbance } from './ear-handlers.ts';

export const VOICES = ['slt', 'rms', 'awb'] as const;

/** Answered in a few words. */
export const QUESTIONS: readonly string[] = [
  'What is seven times eight?',
  'Flip a coin.',
  'What time is it in Tokyo?',
  'What day is it today?',
  'How many kilometers are in five miles?',
  'What is twelve plus thirty?',
  'What time is it?',
];

/** Before which of sixty questions something happens; the answers after it show what it leaves. */
export const DISTURBED: ReadonlyMap<number, Disturbance> = new Map([
  [20, 'load'],
  [40, 'stall'],
]);
