import type { MicrophoneRefusal } from '../messages/media-messages.ts';

export interface MicrophoneRequest {
  /** undefined: the browser's choice. */
  readonly deviceId: string | undefined;
  /** Whether the browser may clean the signal up; tests that compare content switch it off. */
  readonly processed: boolean;
}

export type OpenedMicrophone =
  | { readonly ok: true; readonly stream: MediaStream; readonly track: MediaStreamTrack }
  | { readonly ok: false; readonly refusal: MicrophoneRefusal };

/** Asks for the microphone; waits for the person's answer, however long that takes. */
export async function openMicrophone(request: MicrophoneRequest): Promise<OpenedMicrophone> {
  if (!globalThis.isSecureContext) return { ok: false, refusal: 'insecure-context' };
  // Missing in old browsers and in pages whose frame forbids it, contrary to the types.
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (devices?.getUserMedia === undefined) return { ok: false, refusal: 'unsupported' };
  try {
    const stream = await devices.getUserMedia({ audio: constraintsOf(request) });
    const [track] = stream.getAudioTracks();
    if (track === undefined) return { ok: false, refusal: 'not-found' };
    return { ok: true, stream, track };
  } catch (error) {
    const name = error instanceof Error ? error.name : '';
    // The chosen device was unplugged since: any other is better than none.
    if (name === 'OverconstrainedError' && request.deviceId !== undefined) {
      return openMicrophone({ ...request, deviceId: undefined });
    }
    if (isForbiddenHere()) return { ok: false, refusal: 'not-here' };
    return { ok: false, refusal: microphoneRefusalOf(error, await permissionState()) };
  }
}

/** The microphones there are; Chromium lists the system's choice again as `default`. */
export async function listInputs(): Promise<readonly MediaDeviceInfo[]> {
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices.filter(({ kind }) => kind === 'audioinput');
}

/**
 * What `getUserMedia` meant by rejecting, after the names in the Media Capture and Streams
 * specification. A refusal and a dismissed question share one name: after a dismissal the browser
 * would ask again, which the permission's state shows, or else Chromium's message.
 *
 * @param permission the microphone permission's state afterwards, if the browser reports it
 */
export function microphoneRefusalOf(
  error: unknown,
  permission: PermissionState | undefined,
): MicrophoneRefusal {
  if (!(error instanceof Error)) return 'failed';
  switch (error.name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return permission === 'prompt' || /dismiss/i.test(error.message) ? 'dismissed' : 'denied';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'not-found';
    case 'NotReadableError':
    case 'AbortError':
      return 'in-use';
    case 'TypeError':
      return 'unsupported';
    default:
      return 'failed';
  }
}

/** Only Chromium says so. */
function isForbiddenHere(): boolean {
  const { featurePolicy } = document as Document & {
    readonly featurePolicy?: { allowsFeature(name: string): boolean };
  };
  return featurePolicy?.allowsFeature('microphone') === false;
}

async function permissionState(): Promise<PermissionState | undefined> {
  try {
    return (await navigator.permissions.query({ name: 'microphone' })).state;
  } catch {
    return undefined;
  }
}

function constraintsOf({ deviceId, processed }: MicrophoneRequest): MediaTrackConstraints {
  return {
    channelCount: 1,
    echoCancellation: processed,
    noiseSuppression: processed,
    autoGainControl: processed,
    ...(deviceId === undefined ? {} : { deviceId: { exact: deviceId } }),
  };
}
