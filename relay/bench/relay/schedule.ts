/** When each caller speaks, counted in chunks of audio: all alike, but not at once. */
export interface Schedule {
  readonly speakingChunks: number;
  readonly pauseChunks: number;
  /** How far each caller is ahead of the one before. */
  readonly aheadChunks: number;
}

/**
 * Utterances of ten seconds, longer than most of what people say to a machine, and after each a
 * pause, in which a vendor's connection is free for another caller.
 */
export const WITH_PAUSES: Schedule = { speakingChunks: 100, pauseChunks: 30, aheadChunks: 37 };

/** @returns where a caller is at a tick: from 0 while they speak, from `speakingChunks` while not */
export function positionAt(schedule: Schedule, session: number, tick = 0): number {
  const { speakingChunks, pauseChunks, aheadChunks } = schedule;
  return (session * aheadChunks + tick) % (speakingChunks + pauseChunks);
}

/** @returns the utterance of a caller's chunk, both counted from 0 */
export function utteranceOf(schedule: Schedule, session: number, index: number): number {
  const { speakingChunks } = schedule;
  const position = positionAt(schedule, session);
  // A caller who begins amid an utterance says only the rest of it.
  const missed = position < speakingChunks ? position : 0;
  return Math.floor((index + missed) / speakingChunks);
}
