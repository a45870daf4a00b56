/** The three stages in the order of a turn, with the colour that each has in the debug panel. */
export const STAGE_WORDS = [
  { stage: 'transcriber', name: 'Recognition', colour: 'var(--segment-asr)' },
  { stage: 'generator', name: 'Answers', colour: 'var(--segment-llm)' },
  { stage: 'synthesizer', name: 'Voice', colour: 'var(--segment-tts)' },
] as const;
