import type { Stage } from '@parley/shared';
import type { StageLadder } from '../../src/call/stages/stages.ts';

/** A ladder that a test sets. */
export class ScriptedLadder implements StageLadder {
  readonly #active: Record<Stage, string> = {
    transcriber: 'scripted-transcriber',
    generator: 'scripted-generator',
    synthesizer: 'scripted-synthesizer',
  };
  readonly #listeners = new Set<(stage: Stage, active: string) => void>();

  /** The listeners that have not unsubscribed. */
  get listeners(): number {
    return this.#listeners.size;
  }

  active(stage: Stage): string {
    return this.#active[stage];
  }

  order(stage: Stage): readonly string[] {
    return [`scripted-${stage}`, `second-${stage}`, 'browser'];
  }

  subscribe(listener: (stage: Stage, active: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  move(stage: Stage, active: string): void {
    this.#active[stage] = active;
    for (const listener of this.#listeners) listener(stage, active);
  }
}
