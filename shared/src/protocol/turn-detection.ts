/**
 * How soon the relay ends a turn after the person has fallen silent: `high` for quick exchanges,
 * `low` for people who think while they speak.
 */
export const EAGERNESS = ['low', 'medium', 'high'] as const;
export type Eagerness = (typeof EAGERNESS)[number];

/** What speaks for the end of a turn, or against it. */
export const END_OF_TURN_REASONS = [
  /** The words are a whole sentence of what the transcriber can understand. */
  'phrase_complete',
  /** They are one, but a longer one begins like it. */
  'phrase_may_continue',
  /** They only begin one. */
  'phrase_incomplete',
  /** Nothing that the transcriber can understand begins like this. */
  'phrase_unknown',
  /** By a statistic of words, they read as finished. */
  'words_finished',
  'words_unfinished',
  /** A number, an address, a spelling or a list is open. */
  'entity_open',
  /** The assistant has asked, and this answers it. */
  'answers_question',
  /** By the sound of the pause, if the relay has a model for it. */
  'sounds_finished',
  'sounds_unfinished',
  /** The transcriber's own end-of-turn event. */
  'transcriber_ended',
  'transcriber_resumed',
  /** Nothing was recognised so far. */
  'no_words',
] as const;
export type EndOfTurnReason = (typeof END_OF_TURN_REASONS)[number];
