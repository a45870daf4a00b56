import type { MediaEngine } from '../engine/media-engine.ts';
import type { CheckEvent } from '../engine/sound-check/sound-check-events.ts';
import type { RelayAddress } from '../settings/relay-address.ts';
import type { Settings } from '../settings/settings.ts';

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
