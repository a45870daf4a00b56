import { describe, expect, it } from 'vitest';
import { tryMutation, type TestedTree, type Verdicts } from './trial.ts';

/** A tree in which some files of tests fail, with the mutation or without it too. */
function tree(failing: readonly string[], broken: readonly string[] = []) {
  const runs: string[] = [];
  const firstOf = (files: readonly string[], bad: readonly string[]) => {
    const file = files.find((one) => bad.includes(one));
    return Promise.resolve(file === undefined ? undefined : { file, test: 'a test' });
  };
  const tested: TestedTree = {
    run: (files) => {
      runs.push(`as it is: ${files.join()}`);
      return firstOf(files, broken);
    },
    runMutated: (files) => {
      runs.push(files.join());
      return firstOf(files, [...failing, ...broken]);
    },
  };
  return { tested, runs };
}

const verdicts = (): Verdicts => ({ sound: new Set(), broken: new Map() });

describe('a trial', () => {
  it('ends with the first test that fails, if it passes without the mutation', async () => {
    const { tested, runs } = tree(['b']);
    const outcome = await tryMutation([['a', 'b'], ['c']], tested, verdicts());
    expect(outcome).toEqual({ result: 'found', by: { file: 'b', test: 'a test' } });
    expect(runs).toEqual(['a,b', 'as it is: b']);
  });

  it('goes on to the next stage, and counts the files of tests that passed', async () => {
    const { tested, runs } = tree([]);
    const outcome = await tryMutation([['a', 'b'], ['c']], tested, verdicts());
    expect(outcome).toEqual({ result: 'survived', tests: 3 });
    expect(runs).toEqual(['a,b', 'c']);
  });

  it('believes a file that has passed in another trial', async () => {
    const known = verdicts();
    await tryMutation([['a']], tree([]).tested, known);
    const { tested, runs } = tree(['a']);
    expect(await tryMutation([['a']], tested, known)).toMatchObject({ result: 'found' });
    expect(runs).toEqual(['a']);
  });

  it('leaves out a file that fails without the mutation too', async () => {
    const known = verdicts();
    const { tested, runs } = tree([], ['a']);
    const outcome = await tryMutation([['a', 'b']], tested, known);
    expect(outcome).toEqual({ result: 'survived', tests: 1 });
    expect(runs).toEqual(['a,b', 'as it is: a', 'b']);
    expect([...known.broken.keys()]).toEqual(['a']);
  });
});
