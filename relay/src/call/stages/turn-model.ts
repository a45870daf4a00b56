/** What a turn model hears of an utterance, its end, ms. */
export const TURN_MODEL_WINDOW_MS = 8_000;

/** Judges by the sound of a pause whether the person has finished. */
export interface TurnModel {
  /**
   * @param samples - the end of the utterance up to now, with the silence of the pause, PCM16 at
   *   16 kHz; the memory is handed over
   * @param signal - aborted once the answer is useless
   * @returns how probably the turn is over, 0–1; undefined if too many others wait for an answer
   * @throws what failed, or the signal's reason
   */
  judge(samples: Int16Array<ArrayBuffer>, signal: AbortSignal): Promise<number | undefined>;
}
