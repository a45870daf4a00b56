/** What plays it: the noise at the level that cancellers learn from, then its echo's last. */
const RISE_MS = 200;
const LENGTH_MS = 1_500;
const FALL_MS = 300;
const REST_MS = 200;
const LEVEL_DBFS = -30;
/** Silent within 20 ms, without a click. */
const HUSH_TIME_CONSTANT_S = 0.004;
/** Softens the hiss: above this the noise falls by 6 dB an octave, and is still in every band. */
const SOFT_ABOVE_HZ = 1_700;

/**
 * A quiet breath: broadband noise that swells and fades, and a rest.
 *
 * Browsers' echo cancellers let the voice through for the first two or three seconds of playback on
 * each new track of a microphone, unless they have heard about a second of broadband sound at
 * −30 dBFS before. Half a second, or tones, do not help.
 *
 * @param random 0–1
 * @returns samples in −1…1
 */
export function breathSamples(rateHz: number, random: () => number): Float32Array<ArrayBuffer> {
  const inSamples = (ms: number) => Math.round((ms * rateHz) / 1_000);
  const length = inSamples(LENGTH_MS);
  const softness = Math.exp((-2 * Math.PI * SOFT_ABOVE_HZ) / rateHz);
  const samples = new Float32Array(length + inSamples(REST_MS));
  let noise = 0;
  let squares = 0;
  for (let n = 0; n < length; n += 1) {
    noise = softness * noise + (1 - softness) * (2 * random() - 1);
    samples[n] = noise;
    squares += noise * noise;
  }
  const gain = 10 ** (LEVEL_DBFS / 20) / Math.sqrt(squares / length);
  const rise = inSamples(RISE_MS);
  const fall = inSamples(FALL_MS);
  for (let n = 0; n < length; n += 1) {
    samples[n] = samples[n]! * gain * Math.min(1, n / rise, (length - n) / fall);
  }
  return samples;
}

/** By its name, whether a speaker is worn on or in the ears: then the microphone does not hear it. */
export function isHeadphones(label: string): boolean {
  return /head-?(phone|set)|ear-?(phone|bud|piece)|airpod|buds|hearing/i.test(label);
}

/**
 * Plays a breath, past any volume: softer ones teach a canceller nothing. Headphones get none.
 *
 * @param onNode gets the node that plays it
 * @param hushed falls silent at once
 * @returns once its echo is over; never, if it is hushed or the context is closed before
 */
export async function playBreath(
  context: AudioContext,
  onNode: (node: AudioNode) => void,
  hushed: AbortSignal,
): Promise<void> {
  if (isHeadphones(await speakerLabelOf(context))) return;
  const { sampleRate } = context;
  const samples = breathSamples(sampleRate, Math.random);
  const buffer = new AudioBuffer({ length: samples.length, sampleRate });
  buffer.copyToChannel(samples, 0);
  const breath = new AudioBufferSourceNode(context, { buffer });
  const level = new GainNode(context);
  breath.connect(level).connect(context.destination);
  onNode(level);
  const { promise, resolve } = Promise.withResolvers<void>();
  const hush = () => level.gain.setTargetAtTime(0, context.currentTime, HUSH_TIME_CONSTANT_S);
  hushed.addEventListener('abort', hush);
  breath.addEventListener('ended', () => hushed.aborted || resolve(), { once: true });
  if (hushed.aborted) level.gain.value = 0;
  breath.start();
  await promise;
}

/** The name of the speaker in use; '' if the browser does not give it. */
async function speakerLabelOf(context: AudioContext): Promise<string> {
  const { sinkId = '' } = context as { readonly sinkId?: unknown };
  try {
    const devices = await navigator.mediaDevices.enumerateDevices();
    const inUse = sinkId === '' ? 'default' : sinkId;
    const isInUse = ({ kind, deviceId }: MediaDeviceInfo) =>
      kind === 'audiooutput' && deviceId === inUse;
    return devices.find(isInUse)?.label ?? '';
  } catch {
    return '';
  }
}
