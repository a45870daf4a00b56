import { useEffect, useEffectEvent, useState } from 'react';
import { useStore } from 'zustand';
import { useCallState, useCall } from '../../client/react/index.ts';
import { useAccountAccess } from './account-access.ts';
import { createAccountApi } from './account-api.ts';
import { createRemote, type Remote, type RemoteStore } from './remote.ts';

/** What a store has fetched; fetched when the page opens, and again when the network or the relay is back. */
export function useRemote<T>(remote: RemoteStore<T>): Remote<T> {
  useLoading(remote);
  return useStore(remote.store);
}

/** What the relay knows of the person, and the way to ask for more; for parts outside of the pages. */
export function useMe() {
  const access = useAccountAccess();
  const [{ api, remote }] = useState(() => {
    const made = createAccountApi(access);
    return { api: made, remote: createRemote((signal) => made.me(signal)) };
  });
  return { api, remote, me: useRemote(remote) };
}

export function useLoading(remote: { load(): Promise<void>; dispose(): void }): void {
  useEffect(() => {
    void remote.load();
    return () => remote.dispose();
  }, [remote]);
  useReturn(() => void remote.load());
}

/** Whether the relay does not answer, for what could not be had of it: asks again and again. */
export function useAway(): boolean {
  const controller = useCall();
  useEffect(() => void controller.reach(), [controller]);
  return useCallState(({ outage }) => outage !== null);
}

/** Calls `onReturn` when the network, or the relay, is back. */
export function useReturn(onReturn: () => void): void {
  const { state: call } = useCall();
  const onEvent = useEffectEvent(onReturn);
  useEffect(() => {
    const onOnline = (): void => onEvent();
    addEventListener('online', onOnline);
    const unsubscribe = call.subscribe(({ outage }, before) => {
      if (outage === null && before.outage !== null) onEvent();
    });
    return () => {
      removeEventListener('online', onOnline);
      unsubscribe();
    };
  }, [call]);
}
