/** Ten seconds at thirty samples a second. */
export const VAD_SAMPLES = 300;

/** The last samples, oldest first, and when decisions fell among them. */
export class VadHistory {
  readonly samples: number[] = [];
  /** Ages of the decisions still in sight, in samples. */
  marks: readonly number[] = [];

  sample(probability: number): void {
    this.samples.push(probability);
    if (this.samples.length > VAD_SAMPLES) this.samples.shift();
    this.marks = this.marks.map((age) => age + 1).filter((age) => age < VAD_SAMPLES);
  }

  /** A decision was taken after the latest sample. */
  mark(): void {
    this.marks = [...this.marks, 0];
  }
}
