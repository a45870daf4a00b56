import type { CheckEvent } from '../engine/sound-check/sound-check-events.ts';
import type { RelayAddress } from '../settings/relay-address.ts';
import type { MediaEngine } from '../engine/media-engine.ts';
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
