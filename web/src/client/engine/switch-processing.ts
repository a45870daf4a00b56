/**
 * Has the browser process a running track, or no longer.
 *
 * Only Firefox on computers does that at once and in place: in 0 to 4 ms, with 10 ms of silence when
 * it begins, and nothing else lost. A phone has one way for all.
 *
 * @returns whether it was switched
 */
export async function switchProcessing(
  track: MediaStreamTrack,
  isProcessed: boolean,
): Promise<boolean> {
  if (!isFirefoxOnComputer() || isProcessedNow(track) === isProcessed) return false;
  try {
    await track.applyConstraints({
      ...track.getConstraints(),
      echoCancellation: isProcessed,
      noiseSuppression: isProcessed,
      autoGainControl: isProcessed,
    });
  } catch {
    return false;
  }
  return isProcessedNow(track) === isProcessed;
}

function isProcessedNow(track: MediaStreamTrack): boolean {
  return track.getSettings().echoCancellation !== false;
}

/** Its agent string alone tells: what it can do, others do less well under the same names. */
function isFirefoxOnComputer(): boolean {
  const { userAgent } = navigator;
  return /Firefox\//.test(userAgent) && !/Android|Mobile|Tablet/.test(userAgent);
}
