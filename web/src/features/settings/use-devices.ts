import { useEffect, useState } from 'react';
import { useCall } from '../../client/react/index.ts';
import type { Choice } from './select-field.tsx';

/** The devices there are, kept up to date; their names appear once the microphone is allowed. */
export function useDevices() {
  const [lists, setLists] = useState(() => deviceListsOf([]));
  const { state: call } = useCall();
  useEffect(() => {
    // Absent on insecure pages, contrary to the types.
    const media = navigator.mediaDevices as MediaDevices | undefined;
    if (media === undefined) return;
    const refresh = (): void => {
      media.enumerateDevices().then(
        (infos) => setLists(deviceListsOf(infos)),
        () => undefined,
      );
    };
    refresh();
    media.addEventListener('devicechange', refresh);
    const unsubscribe = call.subscribe((now, before) => {
      if (now.microphone !== before.microphone) refresh();
    });
    return () => {
      unsubscribe();
      media.removeEventListener('devicechange', refresh);
    };
  }, [call]);
  return lists;
}

/** Whether this browser can send a call's voice to another speaker. */
export function canChooseSpeaker(): boolean {
  return typeof AudioContext !== 'undefined' && 'setSinkId' in AudioContext.prototype;
}

type DeviceInfo = Pick<MediaDeviceInfo, 'kind' | 'deviceId' | 'label'>;

/**
 * What there is to choose from. Before the microphone was ever allowed, browsers hand out devices
 * without names and ids, which cannot be chosen; aliases of the system's default are left out too.
 */
export function deviceListsOf(infos: readonly DeviceInfo[]) {
  const named = (kind: string): Choice[] =>
    infos
      .filter(
        (info) =>
          info.kind === kind &&
          info.label !== '' &&
          !['', 'default', 'communications'].includes(info.deviceId),
      )
      .map((info) => ({ id: info.deviceId, label: info.label }));
  return { microphones: named('audioinput'), speakers: named('audiooutput') };
}
