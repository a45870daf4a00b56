/** The three stages of a turn: speech to words, words to an answer, the answer to speech. */
export const STAGES = ['transcriber', 'generator', 'synthesizer'] as const;
export type Stage = (typeof STAGES)[number];
