import { expect, onTestFinished, test, vi } from 'vitest';
import type { MicrophoneRefusal } from '../messages/media-messages.ts';
import { openMicrophone, microphoneRefusalOf } from './microphone.ts';

const rejection = (name: string, message = '') => Object.assign(new Error(message), { name });

test.each<[Error, PermissionState | undefined, MicrophoneRefusal]>([
  [rejection('NotAllowedError', 'Permission denied'), 'denied', 'denied'],
  [rejection('NotAllowedError', 'Permission denied'), undefined, 'denied'],
  [rejection('NotAllowedError', 'Permission dismissed'), undefined, 'dismissed'],
  [rejection('NotAllowedError'), 'prompt', 'dismissed'],
  [rejection('SecurityError'), 'denied', 'denied'],
  [rejection('NotFoundError'), 'granted', 'not-found'],
  [rejection('OverconstrainedError'), 'granted', 'not-found'],
  [rejection('NotReadableError'), 'granted', 'in-use'],
  [rejection('AbortError'), 'granted', 'in-use'],
  [rejection('TypeError'), undefined, 'unsupported'],
  [rejection('SomethingNew'), undefined, 'failed'],
])('%s with permission %s is %s', (error, permission, refusal) => {
  expect(microphoneRefusalOf(error, permission)).toBe(refusal);
});

test('what is not an error is a failure', () => {
  expect(microphoneRefusalOf('odd', undefined)).toBe('failed');
});

test('a page that is not secure is not asked further', async () => {
  expect(await openMicrophone({ deviceId: undefined, processed: true })).toEqual({
    ok: false,
    refusal: 'insecure-context',
  });
});

test('a page whose policy forbids the microphone is told apart from a person who does', async () => {
  onTestFinished(() => void vi.unstubAllGlobals());
  const getUserMedia = () => Promise.reject(rejection('NotAllowedError', 'Permission denied'));
  vi.stubGlobal('isSecureContext', true);
  vi.stubGlobal('navigator', { mediaDevices: { getUserMedia } });
  const opened = async (allows: boolean) => {
    vi.stubGlobal('document', { featurePolicy: { allowsFeature: () => allows } });
    return openMicrophone({ deviceId: undefined, processed: true });
  };
  expect(await opened(false)).toEqual({ ok: false, refusal: 'not-here' });
  expect(await opened(true)).toEqual({ ok: false, refusal: 'denied' });
});
