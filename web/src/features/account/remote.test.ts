import { expect, it } from 'vitest';
import { ParleyError } from '@parley/shared';
import { ClientError } from '@parley/shared/link/client-error';
import { createRemote, problemOf } from './remote.ts';

const AWAY = new ParleyError('storage_unavailable');

it('shows what it fetched, and keeps it in sight while it cannot be fetched anew', async () => {
  const answers: (() => number)[] = [
    () => 1,
    () => {
      throw AWAY;
    },
    () => 2,
  ];
  const { store, load } = createRemote(async () => answers.shift()!());
  expect(store.getState()).toEqual({ kind: 'loading' });
  await load();
  expect(store.getState()).toEqual({ kind: 'ready', value: 1, problem: null });
  await load();
  expect(store.getState()).toEqual({
    kind: 'ready',
    value: 1,
    problem: { kind: 'passing', message: AWAY.message },
  });
  await load();
  expect(store.getState()).toEqual({ kind: 'ready', value: 2, problem: null });
});

it('hides what was there once it is not the person’s to see', async () => {
  const answers: (() => number)[] = [
    () => 1,
    () => {
      throw new ParleyError('unauthorized');
    },
  ];
  const { store, load } = createRemote(async () => answers.shift()!());
  await load();
  await load();
  expect(store.getState()).toEqual({ kind: 'failed', problem: { kind: 'signed-out' } });
});

it('drops the answer to an earlier request that comes after a later one', async () => {
  const answers: ((value: string) => void)[] = [];
  const { store, load } = createRemote(
    () => new Promise<string>((resolve) => void answers.push(resolve)),
  );
  const both = [load(), load()];
  answers[1]!('later');
  answers[0]!('earlier');
  await Promise.all(both);
  expect(store.getState()).toMatchObject({ value: 'later' });
});

it.each([
  [new ParleyError('unauthorized'), 'signed-out'],
  [new ParleyError('not_found'), 'missing'],
  [new ParleyError('forbidden'), 'lasting'],
  [AWAY, 'passing'],
  [new ClientError('unreachable', 'No server could be reached at http://a bug.'), 'passing'],
  [new TypeError('a bug'), 'passing'],
])('takes %s for a problem that is %s, without its internals', (error, kind) => {
  const problem = problemOf(error);
  expect(problem.kind).toBe(kind);
  expect(JSON.stringify(problem)).not.toContain('a bug');
});
