/**
 * An audio worklet that records its two inputs, voice and microphone, sample by sample on the
 * audio context's clock, and when each block of 128 was rendered by the system's. Hands over what it
 * has when asked. Served as it is, so it is JavaScript.
 */
export const TAP_WORKLET = `
const SECONDS = 120;

registerProcessor('tap', class extends AudioWorkletProcessor {
  #voice = new Float32Array(SECONDS * sampleRate);
  #microphone = new Float32Array(SECONDS * sampleRate);
  #renderedMs = [];
  #length = 0;

  constructor() {
    super();
    this.port.onmessage = () => this.port.postMessage({
      rateHz: sampleRate,
      voice: this.#voice.slice(0, this.#length),
      microphone: this.#microphone.slice(0, this.#length),
      renderedMs: this.#renderedMs,
    });
  }

  process([voice, microphone]) {
    if (this.#length + 128 > this.#voice.length) return true;
    if (voice[0] !== undefined) this.#voice.set(voice[0], this.#length);
    if (microphone[0] !== undefined) this.#microphone.set(microphone[0], this.#length);
    this.#renderedMs.push(Date.now());
    this.#length += 128;
    return true;
  }
});
`;
