import { describe, expect, it } from 'vitest';
import { SpeechLevel } from './level.ts';
import { NoiseGate } from './noise-gate.ts';
import { mayBeVoiced, VoicingMeter } from './voicing.ts';

const RATE_HZ = 16_000;

/** A buzz with overtones, as vocal cords make it. */
function vowel(lengthMs: number, peak: number): Int16Array {
  return Int16Array.from({ length: lengthMs * 16 }, (_, index) => {
    const phase = (2 * Math.PI * 120 * index) / RATE_HZ;
    return (peak / 3) * (Math.sin(phase) + Math.sin(2 * phase) + Math.sin(3 * phase));
  });
}

/** White noise that is the same at every run. */
function hiss(lengthMs: number, peak: number): Int16Array {
  let seed = 1;
  return Int16Array.from({ length: lengthMs * 16 }, () => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return (seed / 0x4000_0000 - 1) * peak;
  });
}

function voicedMsOf(samples: Int16Array): number {
  const meter = new VoicingMeter();
  // An odd size, so that frames and pairs of samples straddle the chunks.
  for (let at = 0; at < samples.length; at += 1_001) meter.push(samples.subarray(at, at + 1_001));
  return meter.voicedMs;
}

describe('VoicingMeter', () => {
  it('counts the time of a voice', () => {
    expect(voicedMsOf(vowel(320, 5_000))).toBe(320);
  });

  it('hears no voice in silence, hiss, a click or a murmur below -50 dB', () => {
    const click = new Int16Array(RATE_HZ);
    click.fill(20_000, 8_000, 8_020);
    for (const sound of [new Int16Array(RATE_HZ), hiss(1_000, 8_000), click, vowel(1_000, 60)]) {
      expect(voicedMsOf(sound)).toBe(0);
    }
  });
});

describe('mayBeVoiced', () => {
  it('is false for what is too quiet for a voice, however it is put together', () => {
    expect(mayBeVoiced(vowel(1_000, 90))).toBe(false);
    expect(voicedMsOf(vowel(1_000, 90))).toBe(0);
    expect(mayBeVoiced(new Int16Array(100).fill(-120, 99))).toBe(true);
  });
});

describe('LevelMeter', () => {
  function meterOf(...sounds: Int16Array[]): SpeechLevel {
    const meter = new SpeechLevel();
    for (const sound of sounds) meter.push(sound);
    return meter;
  }

  it('decides after 300 ms of sound, not of silence', () => {
    expect(meterOf(new Int16Array(RATE_HZ), vowel(280, 10_000)).isDecided).toBe(false);
    expect(meterOf(new Int16Array(RATE_HZ), vowel(300, 10_000)).isDecided).toBe(true);
  });

  it('takes the noise of a room before the speech for what it is', () => {
    for (const noisePeak of [40, 100, 300]) {
      const room = meterOf(hiss(600, noisePeak));
      expect(room.isDecided).toBe(false);
      room.push(vowel(300, 12_000));
      expect(room.isDecided).toBe(true);
      expect(room.gain).toBe(1);
    }
    const quiet = meterOf(hiss(600, 40), vowel(300, 900));
    expect(quiet.gain).toBeGreaterThan(4);
    expect(quiet.gain).toBeLessThan(15);
  });

  it('leaves a usual level alone, raises a quiet one and lowers one that is far too loud', () => {
    expect(meterOf(vowel(400, 12_000)).gain).toBe(1);
    expect(meterOf(vowel(400, 600)).gain).toBeGreaterThan(5);
    expect(meterOf(new Int16Array(6_400).fill(32_000)).gain).toBeLessThan(0.3);
  });

  it('decides the same however the audio is cut', () => {
    const sound = [hiss(400, 40), vowel(400, 900), vowel(400, 9_000)].flatMap((part) => [...part]);
    const whole = meterOf(Int16Array.from(sound));
    for (const chunkSamples of [160, 1_600, 4_800]) {
      const meter = new SpeechLevel();
      for (let at = 0; at < sound.length; at += chunkSamples)
        meter.push(Int16Array.from(sound.slice(at, at + chunkSamples)));
      expect(meter.gain).toBe(whole.gain);
    }
    expect(whole.gain).toBeGreaterThan(4);
  });

  it('amplifies neither silence nor without bound', () => {
    expect(meterOf(hiss(400, 20)).gain).toBe(1);
    expect(meterOf(vowel(400, 120)).gain).toBe(32);
  });
});

describe('NoiseGate', () => {
  const noise = hiss(500, 500);
  const speech = vowel(400, 12_000);

  function throughGate(sounds: readonly Int16Array[], chunkSamples: number): Int16Array {
    const gate = new NoiseGate({ noiseRms: 280, loudestRms: 5_000 });
    const all = Int16Array.from(sounds.flatMap((sound) => [...sound]));
    const heard: number[] = [];
    for (let at = 0; at < all.length; at += chunkSamples) {
      heard.push(...gate.push(all.subarray(at, at + chunkSamples)));
    }
    return Int16Array.from([...heard, ...gate.flush()]);
  }

  it('keeps speech as it is, and hardly anything of the room around it', () => {
    const heard = throughGate([noise, speech, noise], 1_600);
    const onset = noise.length;
    const end = onset + speech.length;
    expect(heard).toHaveLength(end + noise.length);
    expect(heard.subarray(onset, end)).toEqual(speech);
    for (const room of [heard.subarray(0, onset - 1_600), heard.subarray(end + 1_600)]) {
      expect(Math.max(...room.map(Math.abs))).toBeLessThanOrEqual(5);
    }
    // A soft consonant beside the vowel.
    expect(heard.subarray(onset - 640, onset)).toEqual(noise.subarray(noise.length - 640));
    expect(heard.subarray(end, end + 640)).toEqual(noise.subarray(0, 640));
  });

  it('does the same however the audio is cut', () => {
    const whole = throughGate([noise, speech, noise], 100_000);
    for (const chunkSamples of [100, 1_001]) {
      expect(throughGate([noise, speech, noise], chunkSamples)).toEqual(whole);
    }
  });

  it('is not needed in a quiet room, nor where speech comes without a room before it', () => {
    const meter = new SpeechLevel();
    for (const sound of [hiss(300, 20), speech]) meter.push(sound);
    expect(meter.noiseGate()).toBeUndefined();
    const alone = new SpeechLevel();
    for (const sound of [hiss(100, 300), speech]) alone.push(sound);
    expect(alone.noiseGate()).toBeUndefined();
    const noisy = new SpeechLevel();
    for (const sound of [noise, speech]) noisy.push(sound);
    expect(noisy.noiseGate()).toBeInstanceOf(NoiseGate);
  });
});
