export interface Device {
  readonly id: string;
  readonly label: string;
}

export interface DeviceLists {
  readonly microphones: readonly Device[];
  readonly speakers: readonly Device[];
}

export const NO_DEVICES: DeviceLists = { microphones: [], speakers: [] };

/** The part of `MediaDeviceInfo` that is used. */
export interface DeviceInfo {
  readonly kind: string;
  readonly deviceId: string;
  readonly label: string;
}

/**
 * What there is to choose from. Before the microphone was ever allowed, browsers hand out devices
 * without names and ids, which cannot be chosen; the aliases of the system's default are left out too.
 */
export function deviceListsOf(infos: readonly DeviceInfo[]): DeviceLists {
  const named = (kind: string): Device[] =>
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
