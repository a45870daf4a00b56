import { useEffect, useState } from 'react';
import { useController } from '../../store/controller-context.ts';
import { deviceListsOf } from './device-list.ts';

/** The devices there are, kept up to date; their names appear once the microphone is allowed. */
export function useDevices() {
  const [lists, setLists] = useState(() => deviceListsOf([]));
  const { call } = useController();
  useEffect(() => {
    // Absent on insecure pages, contrary to the types.
    const media = navigator.mediaDevices as MediaDevices | undefined;
    if (media === undefined) return;
    let isCurrent = true;
    const refresh = (): void => {
      media.enumerateDevices().then(
        (infos) => {
          if (isCurrent) setLists(deviceListsOf(infos));
        },
        () => undefined,
      );
    };
    refresh();
    media.addEventListener('devicechange', refresh);
    const unsubscribe = call.subscribe((now, before) => {
      if (now.microphone !== before.microphone) refresh();
    });
    return () => {
      isCurrent = false;
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
