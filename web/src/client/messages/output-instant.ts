/** Which of the audio context's samples leaves the speaker when. */
export interface OutputInstant {
  readonly contextTimeS: number;
  /** On the clock of `Date.now()`. */
  readonly atMs: number;
}
