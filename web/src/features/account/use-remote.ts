import { useEffect } from 'react';
import { useStore } from 'zustand';
import type { Remote, RemoteStore } from './remote.ts';

/** What a store has fetched; fetched when the page opens, and again when the network comes back. */
export function useRemote<T>(remote: RemoteStore<T>): Remote<T> {
  useLoading(remote);
  return useStore(remote.store);
}

export function useLoading(remote: { load(): Promise<void>; dispose(): void }): void {
  useEffect(() => {
    const load = (): void => void remote.load();
    load();
    addEventListener('online', load);
    return () => {
      removeEventListener('online', load);
      remote.dispose();
    };
  }, [remote]);
}
