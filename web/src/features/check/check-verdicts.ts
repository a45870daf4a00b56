import { percentilesOf } from '@parley/shared/statistics';
import {
  type CheckFigures,
  type CheckStep,
  type DetectorCheck,
  type EchoFigures,
  type MicrophoneFigures,
  type RelayFigures,
  SILENT_DBFS,
  type SpeakerFigures,
} from '../../client/index.ts';
import { MICROPHONE_ADVICE } from '../call/microphone-advice.ts';

/** One thing that was checked, as the person reads it. */
export interface Verdict {
  readonly of:
    | 'microphone'
    | 'noise'
    | 'voice'
    | 'rate'
    | 'speaker'
    | 'echo'
    | 'relay'
    | 'detector';
  readonly grade: 'good' | 'fair' | 'bad';
  readonly sentence: string;
  /** What to do about it; '' if there is nothing to do. */
  readonly fix: string;
}

/** The text for the person while a step runs. */
export const STEP_WORDS: Readonly<Record<CheckStep, string>> = {
  microphone: 'Allow the microphone when the browser asks.',
  quiet: 'Stay quiet for a moment.',
  speak: 'Now say a few words: count to five.',
  echo: 'Stay quiet again. You will hear three short tones.',
  speaker: 'Three more tones.',
  relay: 'One moment more.',
  detector: 'One moment more.',
};

/** What was found so far, in the order in which it matters. */
export function verdictsOf(figures: CheckFigures): readonly Verdict[] {
  const { microphone, noiseDbfs, speechDbfs, speaker, echo, relay, detector } = figures;
  return [
    microphone?.kind === 'refused' && refusedVerdict(microphone),
    speechDbfs !== undefined && voiceVerdict(speechDbfs, noiseDbfs ?? SILENT_DBFS),
    noiseDbfs !== undefined && noiseDbfs > SILENT_DBFS && noiseVerdict(noiseDbfs),
    microphone?.kind === 'open' && rateVerdict(microphone),
    speaker !== undefined && speakerVerdict(speaker),
    echo !== undefined && echoVerdict(echo),
    relay !== undefined && relayVerdict(relay),
    detector !== undefined && detectorVerdict(detector),
  ].filter((verdict) => verdict !== false);
}

function refusedVerdict({ refusal }: Extract<MicrophoneFigures, { kind: 'refused' }>): Verdict {
  const { title, advice } = MICROPHONE_ADVICE[refusal];
  return { of: 'microphone', grade: 'bad', sentence: `${title}.`, fix: advice };
}

function noiseVerdict(noiseDbfs: number): Verdict {
  const of = 'noise';
  if (noiseDbfs > -35) {
    const fix = 'Go to a quieter place, or use a headset with its microphone near your mouth.';
    return { of, grade: 'bad', sentence: 'It is loud around you.', fix };
  }
  if (noiseDbfs > -45) {
    const fix = 'A headset would let Parley tell your voice from the noise more easily.';
    return { of, grade: 'fair', sentence: 'There is some noise around you.', fix };
  }
  return { of, grade: 'good', sentence: 'It is quiet around you.', fix: '' };
}

function voiceVerdict(speechDbfs: number | null, noiseDbfs: number): Verdict {
  const of = 'voice';
  if (speechDbfs === null) {
    return noiseDbfs <= SILENT_DBFS
      ? {
          of,
          grade: 'bad',
          sentence: 'Your microphone delivers nothing but silence.',
          fix: 'See whether it is switched off at the device or in the system’s sound settings, or choose another one in Settings.',
        }
      : {
          of,
          grade: 'bad',
          sentence: 'You were not heard.',
          fix: 'See whether this is the right microphone, raise its level in the system’s sound settings, and check again.',
        };
  }
  if (speechDbfs < -45) {
    const fix = 'Raise its level in the system’s sound settings, or come closer.';
    return { of, grade: 'bad', sentence: 'Your microphone is very quiet.', fix };
  }
  if (speechDbfs > -8) {
    const fix = 'Lower its level in the system’s sound settings, or move away a little.';
    return { of, grade: 'fair', sentence: 'Your microphone is very loud.', fix };
  }
  if (speechDbfs - noiseDbfs < 12) {
    const fix = 'Come closer to the microphone, or make it quieter around you.';
    return { of, grade: 'fair', sentence: 'Your voice hardly stands out from the noise.', fix };
  }
  if (speechDbfs < -38) {
    const fix = 'Raise its level in the system’s sound settings if you are not understood.';
    return { of, grade: 'fair', sentence: 'Your microphone is rather quiet.', fix };
  }
  return { of, grade: 'good', sentence: 'You are heard well.', fix: '' };
}

function rateVerdict({
  captureHz,
  contextHz,
}: Extract<MicrophoneFigures, { kind: 'open' }>): Verdict {
  const of = 'rate';
  if (captureHz === null || Math.min(captureHz, contextHz) >= 16_000) {
    return { of, grade: 'good', sentence: 'The sound is clear.', fix: '' };
  }
  const fix =
    'Bluetooth headsets have no more in calls. Another microphone lets Parley understand you better.';
  return { of, grade: 'fair', sentence: 'The sound is of telephone quality.', fix };
}

function speakerVerdict(speaker: SpeakerFigures): Verdict {
  const of = 'speaker';
  switch (speaker.kind) {
    case 'failed': {
      const sentence = 'The tones could not be played and recorded.';
      const fix = 'Choose another speaker or microphone in Settings, and check again.';
      return { of, grade: 'bad', sentence, fix };
    }
    case 'not-heard': {
      const sentence = 'The microphone does not hear the speaker.';
      const fix =
        'With headphones that is as it should be. If you heard no tones yourself, raise the volume or choose another speaker in Settings.';
      return { of, grade: 'fair', sentence, fix };
    }
    case 'heard': {
      if (speaker.delayMs <= 250) {
        return { of, grade: 'good', sentence: 'The microphone hears the speaker.', fix: '' };
      }
      const delay = (speaker.delayMs / 1_000).toFixed(1);
      const sentence = `The microphone hears the speaker, but ${delay} s late.`;
      const fix = 'That is usual with Bluetooth. A wired or built-in speaker answers sooner.';
      return { of, grade: 'fair', sentence, fix };
    }
  }
}

function echoVerdict({ levelDbfs, aboveNoiseDb }: EchoFigures): Verdict {
  const of = 'echo';
  if (aboveNoiseDb > 12 && levelDbfs > -50) {
    const sentence = 'Parley would hear its own voice.';
    const fix = 'Use headphones, or turn the speaker down and move it away from the microphone.';
    return { of, grade: 'bad', sentence, fix };
  }
  if (aboveNoiseDb > 6) {
    const fix = 'If Parley interrupts itself, use headphones or turn the speaker down.';
    return { of, grade: 'fair', sentence: 'A little echo is left.', fix };
  }
  return { of, grade: 'good', sentence: 'The browser takes the echo away.', fix: '' };
}

function relayVerdict({ roundTripsMs, failed }: RelayFigures): Verdict {
  const of = 'relay';
  const { p50: medianMs } = percentilesOf(roundTripsMs);
  if (medianMs === null) {
    const sentence = 'The server was not reached.';
    return { of, grade: 'bad', sentence, fix: 'Check the network, then check again.' };
  }
  const worstMs = Math.max(...roundTripsMs);
  const sentence = `The server answers in ${Math.round(medianMs)} ms, at worst in ${Math.round(worstMs)} ms.`;
  const fix = 'Come closer to the Wi-Fi, or use a cable or another network.';
  if (medianMs > 400 || failed > 1) return { of, grade: 'bad', sentence, fix };
  if (medianMs > 150 || worstMs > 600 || failed > 0) return { of, grade: 'fair', sentence, fix };
  return { of, grade: 'good', sentence, fix: '' };
}

function detectorVerdict(detector: DetectorCheck): Verdict {
  const of = 'detector';
  if (detector.kind === 'failed') {
    const sentence = 'Speech cannot be detected on its own in this browser.';
    return { of, grade: 'bad', sentence, fix: 'Hold the orb while you talk, or type.' };
  }
  const { speech, silence } = detector;
  if (speech !== null && silence !== null && (speech < 0.5 || silence > 0.5)) {
    const sentence = 'This browser cannot tell speech from silence.';
    return {
      of,
      grade: 'bad',
      sentence,
      fix: 'Hold the orb while you talk, or use another browser.',
    };
  }
  return { of, grade: 'good', sentence: 'Speech is detected.', fix: '' };
}
