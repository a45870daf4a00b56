import type { CheckFigures } from '../../client/index.ts';
import { verdictsOf } from './check-verdicts.ts';

export interface ReportContext {
  readonly atMs: number;
  /** The browser, as it calls itself. */
  readonly userAgent: string;
  /** Origin of the relay; null if none is known. */
  readonly relay: string | null;
}

/**
 * What was found, for a person who gives support: plain text. It holds no names of devices but the
 * microphone's, which the person sees in the settings, nothing that was said, and no secret.
 */
export function reportOf(figures: CheckFigures, context: ReportContext): string {
  const { microphone, noiseDbfs, speechDbfs, speaker, echo, relay, detector } = figures;
  const measured = {
    microphone: microphone?.kind === 'open' ? microphone.label : microphone?.refusal,
    'capture rate': microphone?.kind === 'open' ? unit(microphone.captureHz, 'Hz') : undefined,
    'playout rate': microphone?.kind === 'open' ? unit(microphone.contextHz, 'Hz') : undefined,
    'noise floor': unit(noiseDbfs, 'dBFS'),
    voice: speechDbfs === null ? 'not heard' : unit(speechDbfs, 'dBFS'),
    speaker:
      speaker?.kind === 'heard'
        ? `${unit(speaker.levelDbfs, 'dBFS')} after ${unit(speaker.delayMs, 'ms')}`
        : speaker?.kind,
    echo: echo && `${unit(echo.levelDbfs, 'dBFS')}, ${unit(echo.aboveNoiseDb, 'dB')} above noise`,
    'round trips':
      relay &&
      `${relay.roundTripsMs.map((ms) => ms.toFixed(0)).join(', ')} ms; ${relay.failed} failed`,
    detector:
      detector?.kind === 'ready' && detector.speech !== null
        ? `speech ${detector.speech.toFixed(2)}, silence ${detector.silence?.toFixed(2)}`
        : detector?.kind,
  };
  return [
    'Parley: sound and connection',
    new Date(context.atMs).toISOString(),
    `browser: ${context.userAgent}`,
    `server: ${context.relay ?? 'unknown'}`,
    ...Object.entries(measured).map(([name, value]) => `${name}: ${value || 'not measured'}`),
    '',
    ...verdictsOf(figures).map(({ grade, sentence, fix }) =>
      `${grade}: ${sentence} ${fix}`.trimEnd(),
    ),
    '',
  ].join('\n');
}

function unit(value: number | null | undefined, name: string): string | undefined {
  return value === null || value === undefined ? undefined : `${value.toFixed(0)} ${name}`;
}
