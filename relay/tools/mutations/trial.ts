import type { Failure } from './test-host.ts';

export type Outcome =
  | { readonly result: 'found'; readonly by: Failure }
  | { readonly result: 'survived'; readonly tests: number }
  /** The piece of code does not stand in this tree. */
  | { readonly result: 'not applicable' };

/** Runs files of tests up to the first failure, in a tree as it is and in the same one mutated. */
export interface TestedTree {
  run(files: readonly string[]): Promise<Failure | undefined>;
  runMutated(files: readonly string[]): Promise<Failure | undefined>;
}

/** What is known of files of tests in the tree as it is. */
export interface Verdicts {
  readonly sound: Set<string>;
  /** By file, the failure. They find no mutation. */
  readonly broken: Map<string, Failure>;
}

/**
 * Runs the tests near a mutation, stage by stage, until one fails that passes without it.
 *
 * @param stages - files of tests, the nearest first
 */
export async function tryMutation(
  stages: readonly (readonly string[])[],
  tree: TestedTree,
  { sound, broken }: Verdicts,
): Promise<Outcome> {
  let tests = 0;
  for (const stage of stages) {
    for (;;) {
      const files = stage.filter((file) => !broken.has(file));
      if (files.length === 0) break;
      const by = await tree.runMutated(files);
      if (by === undefined) {
        for (const file of files) sound.add(file);
        tests += files.length;
        break;
      }
      if (await isSound(by.file)) return { result: 'found', by };
    }
  }
  return { result: 'survived', tests };

  async function isSound(file: string): Promise<boolean> {
    if (sound.has(file)) return true;
    const failure = await tree.run([file]);
    if (failure === undefined) sound.add(file);
    else broken.set(file, failure);
    return failure === undefined;
  }
}
