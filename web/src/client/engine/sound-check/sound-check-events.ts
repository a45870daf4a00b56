import type { DetectorCheck } from '../../messages/detector-check.ts';
import type { MicrophoneRefusal } from '../../messages/media-messages.ts';

/** What a microphone that delivers nothing but zeros is said to have: far below any real one. */
export const SILENT_DBFS = -120;

/** What the check does at the moment; the last two are done beside the others. */
export type CheckStep =
  | 'microphone'
  | 'quiet'
  | 'speak'
  | 'echo'
  | 'speaker'
  | 'relay'
  | 'detector';

export type MicrophoneFigures =
  | {
      readonly kind: 'open';
      /** As the person sees it in the settings; '' if the browser does not give it. */
      readonly label: string;
      /** Of the device, if the browser gives it. */
      readonly captureHz: number | null;
      /** Of the audio context: what the voice is played at. */
      readonly contextHz: number;
    }
  | { readonly kind: 'refused'; readonly refusal: MicrophoneRefusal };

export type SpeakerFigures =
  | { readonly kind: 'heard'; readonly levelDbfs: number; readonly delayMs: number }
  | { readonly kind: 'not-heard' }
  | { readonly kind: 'failed' };

export interface EchoFigures {
  /** Of what came back with the browser's cancellation on. */
  readonly levelDbfs: number;
  /** How much above the noise around it; 0 or less if it could not be measured. */
  readonly aboveNoiseDb: number;
}

export interface RelayFigures {
  /** Of each request that was answered, in order. */
  readonly roundTripsMs: readonly number[];
  readonly failed: number;
}

/** What was measured; what is missing was not come to. Levels are RMS, dB relative to full scale. */
export interface CheckFigures {
  readonly microphone?: MicrophoneFigures;
  /** Median while the person was silent. */
  readonly noiseDbfs?: number;
  /** While the person spoke; null if that was not heard. */
  readonly speechDbfs?: number | null;
  readonly speaker?: SpeakerFigures;
  readonly echo?: EchoFigures;
  readonly relay?: RelayFigures;
  readonly detector?: DetectorCheck;
}

export type CheckEvent =
  | { readonly type: 'step'; readonly step: CheckStep }
  /** About thirty times a second while the microphone is open. */
  | { readonly type: 'level'; readonly dbfs: number }
  | { readonly type: 'measured'; readonly figures: CheckFigures }
  | { readonly type: 'done' };
