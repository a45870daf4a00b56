import { expect } from '@playwright/test';
import { test } from './support/call-test.ts';

interface RoomWindow {
  readonly room: {
    /** Whether the microphone hears anything from now on. */
    hears: boolean;
    /** Microphones that are open. */
    readonly open: number;
    /** The person talks for a second. */
    speak(): void;
  };
}

/** A room in which the microphone stands near the speaker, instead of the pretended device. */
function installRoom(): void {
  const SPEAKER_DELAY_S = 0.08;
  let playback = Promise.withResolvers<AudioNode>();
  let mouth: GainNode | undefined;
  const tracks: MediaStreamTrack[] = [];
  const room = {
    hears: false,
    get open() {
      return tracks.filter(({ readyState }) => readyState === 'live').length;
    },
    speak() {
      if (mouth === undefined) throw new Error('The page has not opened the microphone yet.');
      const { context, gain } = mouth;
      const tone = new OscillatorNode(context, { type: 'sawtooth', frequency: 140 });
      gain.value = 0.15;
      tone.connect(mouth);
      tone.start();
      tone.stop(context.currentTime + 1);
    },
  };
  window.addEventListener('parley:audio-node', (event) => {
    const { role, node } = (event as CustomEvent<{ role: string; node: AudioNode }>).detail;
    if (role !== 'playback') return;
    playback.resolve(node);
    // The next check has another context.
    node.context.addEventListener('statechange', () => {
      if (node.context.state === 'closed') playback = Promise.withResolvers<AudioNode>();
    });
  });
  navigator.mediaDevices.getUserMedia = async ({ audio } = {}) => {
    const voice = await playback.promise;
    const { context } = voice;
    const destination = new MediaStreamAudioDestinationNode(context as AudioContext);
    if (room.hears) {
      // What a canceller leaves, or all of it.
      const cancels = (audio as MediaTrackConstraints).echoCancellation === true;
      const air = new DelayNode(context, { delayTime: SPEAKER_DELAY_S });
      voice
        .connect(air)
        .connect(new GainNode(context, { gain: cancels ? 0.001 : 0.3 }))
        .connect(destination);
      const hiss = new AudioBuffer({ length: 48_000, sampleRate: context.sampleRate });
      hiss.copyToChannel(
        Float32Array.from({ length: 48_000 }, () => 0.001 * Math.random()),
        0,
      );
      const source = new AudioBufferSourceNode(context, { buffer: hiss, loop: true });
      source.connect(destination);
      source.start();
      mouth = new GainNode(context);
      mouth.connect(destination);
    }
    tracks.push(...destination.stream.getTracks());
    return destination.stream;
  };
  Object.assign(window, { room });
}

test('the check tells a microphone that hears nothing from one that hears person and speaker', async ({
  open,
}) => {
  const { page, complaints } = await open({ tapped: true, before: installRoom });
  const inRoom = <T>(act: (room: RoomWindow['room']) => T) =>
    page.evaluate<T>(`(${act.toString()})(window.room)`);
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('button', { name: 'Check sound and connection' }).click();
  const dialog = page.getByRole('dialog', { name: 'Sound and connection' });
  const results = dialog.getByRole('list', { name: 'Results' });

  await dialog.getByRole('button', { name: 'Start the check' }).click();
  await expect(results).toContainText('Your microphone delivers nothing but silence.', {
    timeout: 15_000,
  });
  expect(await inRoom((room) => room.open)).toBe(1);
  // Closed in the middle of it, it leaves nothing open.
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  await expect.poll(() => inRoom((room) => room.open)).toBe(0);

  await inRoom((room) => {
    room.hears = true;
  });
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('button', { name: 'Check sound and connection' }).click();
  await dialog.getByRole('button', { name: 'Start the check' }).click();
  await dialog.getByText('Now say a few words').waitFor();
  await inRoom((room) => room.speak());
  await expect(dialog.getByRole('button', { name: 'Check again' })).toBeVisible({
    timeout: 30_000,
  });
  await expect(results).toContainText('You are heard well');
  await expect(results).toContainText('It is quiet around you');
  await expect(results).toContainText('The microphone hears the speaker.');
  await expect(results).toContainText('The browser takes the echo away.');
  await expect(results).toContainText('The server answers in');
  await expect(results).toContainText('Speech is detected.');

  await dialog.getByRole('button', { name: 'Copy report' }).click();
  await expect(dialog.getByText('Copied.')).toBeVisible();
  const report = await page.evaluate(() => navigator.clipboard.readText());
  expect(report).toMatch(/detector: speech 0\.[5-9]\d*, silence 0\.[0-4]/);
  const delayMs = Number(/after (\d+) ms/.exec(report)?.[1]);
  expect(delayMs).toBeGreaterThanOrEqual(80);
  // Nothing of the person but their browser: no token, no address but the server's.
  expect(report).not.toMatch(/eyJ|token|ticket/i);

  expect(await inRoom((room) => room.open)).toBe(0);
  expect(complaints).toEqual([]);
});
