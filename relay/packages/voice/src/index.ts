export { compileFlite, Flite, FLITE_SAMPLE_RATE_HZ } from './flite.ts';
export { piecesOf, type Piece } from './pieces.ts';
export type { SynthesisAnswer, SynthesisRequest } from './synthesis-protocol.ts';
export { voiceThread } from './threads.ts';
export { trimSilence } from './trim-silence.ts';
