/** Ten seconds at thirty samples a second. */
export const VAD_SAMPLES = 300;

/** The last samples, oldest first, and when decisions fell among them. */
export interface VadHistory {
  sample(probability: number): void;
  /** A decision was taken after the latest sample. */
  mark(): void;
  readonly samples: readonly number[];
  /** Ages of the decisions still in sight, in samples. */
  readonly marks: readonly number[];
}

export function createVadHistory(): VadHistory {
  const samples: number[] = [];
  let marks: number[] = [];
  return {
    get samples() {
      return samples;
    },
    get marks() {
      return marks;
    },
    sample(probability) {
      samples.push(probability);
      if (samples.length > VAD_SAMPLES) samples.shift();
      marks = marks.map((age) => age + 1).filter((age) => age < VAD_SAMPLES);
    },
    mark() {
      marks.push(0);
    },
  };
}
