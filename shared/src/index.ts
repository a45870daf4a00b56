export * from './protocol/account-api.ts';
export * from './protocol/audio-frame.ts';
export * from './protocol/client-events.ts';
export * from './protocol/close-codes.ts';
export type { EventResult } from './protocol/decode-event.ts';
export * from './protocol/errors.ts';
export * from './protocol/http-api.ts';
export * from './protocol/latency.ts';
export * from './protocol/relay-events.ts';
