export * from './audio-frame.ts';
export * from './client-events.ts';
export * from './close-codes.ts';
export type { EventResult } from './decode-event.ts';
export * from './errors.ts';
export * from './http-api.ts';
export * from './latency.ts';
export * from './relay-events.ts';
