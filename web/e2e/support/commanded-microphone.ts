import type { Page } from '@playwright/test';

interface CommandedWindow {
  readonly commanded: {
    /** @param pcm16 - mono at 16 kHz, in base64 */
    say(pcm16: string): Promise<void>;
  };
}

/**
 * A microphone that hears what a test says when the test says it, to be installed before the page:
 * Chromium's own plays a file from the moment it is opened, however long the page then takes.
 */
export function installCommandedMicrophone(): void {
  const RATE_HZ = 16_000;
  let mouth: GainNode | undefined;
  const silentMouth = (context: AudioContext): GainNode => {
    const node = new GainNode(context);
    // A track without any source delivers nothing, not silence.
    const silence = new ConstantSourceNode(context, { offset: 0 });
    silence.connect(node);
    silence.start();
    return node;
  };
  navigator.mediaDevices.getUserMedia = ({ audio } = {}) => {
    // A context that is made before a person presses anything may not run.
    mouth ??= silentMouth(new AudioContext({ sampleRate: RATE_HZ }));
    const context = mouth.context as AudioContext;
    const { stream } = mouth.connect(
      new MediaStreamAudioDestinationNode(context, { channelCount: 1 }),
    ) as MediaStreamAudioDestinationNode;
    const { echoCancellation } = audio as MediaTrackConstraints;
    for (const track of stream.getAudioTracks()) {
      // As a device of Chromium's does, which such a track is not.
      track.getSettings = () => ({
        deviceId: 'default',
        echoCancellation: echoCancellation === true,
        sampleRate: context.sampleRate,
        channelCount: 1,
      });
    }
    return Promise.resolve(stream);
  };
  const commanded: CommandedWindow['commanded'] = {
    async say(pcm16) {
      if (mouth === undefined) throw new Error('The page has not opened the microphone yet.');
      const { context } = mouth;
      const samples = new Int16Array(Uint8Array.from(atob(pcm16), (c) => c.charCodeAt(0)).buffer);
      const buffer = new AudioBuffer({ length: samples.length, sampleRate: RATE_HZ });
      buffer.copyToChannel(
        Float32Array.from(samples, (sample) => sample / 0x8000),
        0,
      );
      const source = new AudioBufferSourceNode(context, { buffer });
      source.connect(mouth);
      const ended = new Promise<void>((resolve) => {
        source.addEventListener('ended', () => resolve(), { once: true });
      });
      source.start();
      await ended;
    },
  };
  Object.assign(window, { commanded });
}

/**
 * Says something into the page's microphone, which must be open.
 *
 * @param samples - PCM16 mono at 16 kHz
 * @returns once it is said
 */
export function sayTo(page: Pick<Page, 'evaluate'>, samples: Int16Array): Promise<void> {
  const { buffer, byteOffset, byteLength } = samples;
  return page.evaluate(
    (pcm16) => (window as unknown as CommandedWindow).commanded.say(pcm16),
    Buffer.from(buffer, byteOffset, byteLength).toString('base64'),
  );
}

/** As if the person had not allowed the microphone; to be installed before the page. */
export function installDeniedMicrophone(): void {
  navigator.mediaDevices.getUserMedia = () =>
    Promise.reject(new DOMException('Permission denied', 'NotAllowedError'));
  const query = navigator.permissions.query.bind(navigator.permissions);
  navigator.permissions.query = async (descriptor) => {
    const status = await query(descriptor);
    if (descriptor.name === 'microphone')
      Object.defineProperty(status, 'state', { value: 'denied' });
    return status;
  };
}
