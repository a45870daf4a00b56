import { createStore, type StoreApi } from 'zustand/vanilla';
import { ParleyError } from '@parley/shared';
import { ClientError } from '@parley/shared/link/client-error';

/** Why something of the relay's cannot be shown. */
export type RemoteProblem =
  | { readonly kind: 'signed-out' }
  | { readonly kind: 'missing' }
  /** May go well another time. */
  | { readonly kind: 'passing'; readonly message: string }
  | { readonly kind: 'lasting'; readonly message: string };

/** Something of the relay's: on its way, there, or not to be had. */
export type Remote<T> =
  | { readonly kind: 'loading' }
  /** `problem`: what is shown could not be brought up to date. */
  | { readonly kind: 'ready'; readonly value: T; readonly problem: RemoteProblem | null }
  | { readonly kind: 'failed'; readonly problem: RemoteProblem };

export interface RemoteStore<T> {
  readonly store: StoreApi<Remote<T>>;
  /** Fetches it, or fetches it anew; what is there meanwhile stays in sight. Never rejects. */
  load(): Promise<void>;
  /** Applies a change that was made to what is there. */
  change(change: (value: T) => T): void;
  /** Drops what is on its way. */
  dispose(): void;
}

export function createRemote<T>(fetchValue: (signal: AbortSignal) => Promise<T>): RemoteStore<T> {
  const store = createStore<Remote<T>>(() => ({ kind: 'loading' }));
  let current = new AbortController();
  const load = async (): Promise<void> => {
    current.abort();
    const mine = new AbortController();
    current = mine;
    if (store.getState().kind === 'failed') store.setState({ kind: 'loading' }, true);
    try {
      const value = await fetchValue(mine.signal);
      if (!mine.signal.aborted) store.setState({ kind: 'ready', value, problem: null }, true);
    } catch (error) {
      if (!mine.signal.aborted) store.setState((state) => afterFailure(state, error), true);
    }
  };
  return {
    store,
    load,
    change: (change) =>
      store.setState(
        (state) => (state.kind === 'ready' ? { ...state, value: change(state.value) } : state),
        true,
      ),
    dispose: () => current.abort(),
  };
}

export function afterFailure<T>(state: Remote<T>, error: unknown): Remote<T> {
  const problem = problemOf(error);
  // A list that is a minute old is worth more than an error, but not if it is not to be seen.
  return state.kind === 'ready' && problem.kind === 'passing'
    ? { ...state, problem }
    : { kind: 'failed', problem };
}

/** Its own sentence names the relay's address, which helps no visitor. */
const NOT_ANSWERING = 'Parley is not answering.';

export function problemOf(error: unknown): RemoteProblem {
  if (error instanceof ParleyError) {
    if (error.code === 'unauthorized') return { kind: 'signed-out' };
    if (error.code === 'not_found') return { kind: 'missing' };
    return { kind: error.retryable ? 'passing' : 'lasting', message: error.message };
  }
  if (error instanceof ClientError) return { kind: 'passing', message: NOT_ANSWERING };
  return { kind: 'passing', message: 'Something went wrong. Please try again.' };
}
