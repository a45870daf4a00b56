/**
 * An audio worklet that records its two inputs, voice and microphone, sample by sample on the
 * audio context's clock. Served as it is, so it is JavaScript.
 */
export const TAP_WORKLET = `
registerProcessor('tap', class extends AudioWorkletProcessor {
  process([voice, microphone]) {
    const silence = new Float32Array(128);
    this.port.postMessage({
      frame: currentFrame,
      voice: (voice[0] ?? silence).slice(),
      microphone: (microphone[0] ?? silence).slice(),
    });
    return true;
  }
});
`;
