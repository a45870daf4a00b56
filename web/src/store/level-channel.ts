/** The levels of this instant. 0–1 and perceptual; probability 0–1. */
export interface Levels {
  readonly microphone: number;
  readonly voice: number;
  readonly speechProbability: number;
}

const SILENCE: Levels = { microphone: 0, voice: 0, speechProbability: 0 };

/**
 * Carries levels from the media engine to whatever draws them, about thirty times a second.
 * Kept apart from the stores so that no level ever causes React to render.
 */
export interface LevelChannel {
  /** What was last published; silence before that. */
  read(): Levels;
  publish(levels: Levels): void;
  /** @returns its disposer */
  subscribe(listener: (levels: Levels) => void): () => void;
  reset(): void;
}

export function createLevelChannel(): LevelChannel {
  const listeners = new Set<(levels: Levels) => void>();
  let latest = SILENCE;
  return {
    read: () => latest,
    publish(levels) {
      latest = levels;
      for (const listener of listeners) listener(levels);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    reset() {
      latest = SILENCE;
    },
  };
}
