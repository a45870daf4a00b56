import type { Choice } from './select-field.tsx';

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
