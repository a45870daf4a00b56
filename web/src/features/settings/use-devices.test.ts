import { expect, test } from 'vitest';
import { deviceListsOf } from './use-devices.ts';

test('devices are told apart by kind, without nameless ones and aliases', () => {
  expect(
    deviceListsOf([
      { kind: 'audioinput', deviceId: 'default', label: 'Default: Headset' },
      { kind: 'audioinput', deviceId: 'a', label: 'Headset' },
      { kind: 'audioinput', deviceId: '', label: '' },
      { kind: 'audiooutput', deviceId: 'communications', label: 'Communications: Headset' },
      { kind: 'audiooutput', deviceId: 'b', label: 'Speakers' },
      { kind: 'videoinput', deviceId: 'c', label: 'Camera' },
    ]),
  ).toEqual({
    microphones: [{ id: 'a', label: 'Headset' }],
    speakers: [{ id: 'b', label: 'Speakers' }],
  });
});
