import type { CheckEvent } from '../engine/sound-check/sound-check-events.ts';
import type { RelayAddress } from '../settings/relay-address.ts';
import type { CallOptions, MediaEngine } from '../engine/media-engine.ts';
import type { MicrophoneResult } from '../messages/media-messages.ts';
import type { Settings } from '../settings/settings.ts';

/** What a change of the settings means to the engine; the volume holds between calls, too. */
export function applyToEngine(
  engine: Pick<MediaEngine, 'setVolume' | 'setMuted' | 'choose' | 'setSpeaker' | 'setBrowserHelp'>,
  change: Partial<Settings>,
  isRunning: boolean,
): void {
  const { volume, talkBy, speakerId, browserHelp } = change;
  const { voice, language, eagerness, interruption, speed, line } = change;
  const choices = { voice, language, eagerness, interruption, speed, line };
  if (volume !== undefined) engine.setVolume(volume);
  if (!isRunning) return;
  if (talkBy !== undefined) engine.setMuted(talkBy === 'hold');
  if (Object.values(choices).some((choice) => choice !== undefined)) engine.choose(choices);
  if (browserHelp !== undefined) engine.setBrowserHelp(browserHelp);
  // A speaker that was unplugged meanwhile leaves the system's choice in place.
  if (speakerId !== undefined) engine.setSpeaker(speakerId ?? '').catch(() => {});
}

/** Starts a call as the person has chosen. */
export function startChosen(
  engine: Pick<MediaEngine, 'start' | 'setMuted' | 'setVolume'>,
  chosen: Settings,
  call: Pick<CallOptions, 'relay' | 'credentials' | 'conversationId' | 'microphone'>,
): Promise<MicrophoneResult> {
  engine.setMuted(chosen.talkBy === 'hold');
  engine.setVolume(chosen.volume);
  return engine.start({
    ...call,
    voice: chosen.voice,
    language: chosen.language,
    eagerness: chosen.eagerness,
    interruption: chosen.interruption,
    speed: chosen.speed,
    line: chosen.line,
    browserHelp: chosen.browserHelp,
    microphoneId: chosen.microphoneId ?? undefined,
    speakerId: chosen.speakerId ?? undefined,
  });
}

/** Checks the devices that the person chose, and the relay. */
export async function* checkChosenSound(
  engine: Pick<MediaEngine, 'checkSound'>,
  { microphoneId, speakerId, volume }: Settings,
  relay: Promise<RelayAddress>,
  signal: AbortSignal,
): AsyncGenerator<CheckEvent, void, undefined> {
  const address = await relay;
  const checked = {
    relay: address.kind === 'known' ? address.origin : null,
    microphoneId: microphoneId ?? undefined,
    speakerId: speakerId ?? undefined,
    volume,
  };
  yield* engine.checkSound(checked, signal);
}
