/** The three percentiles, told apart by colour and by dashes. */
export const LATENCY_LINES = [
  { key: 'p50_ms', name: 'p50', colour: 'var(--segment-asr)', dashes: '' },
  { key: 'p95_ms', name: 'p95', colour: 'var(--segment-uplink)', dashes: '6 3' },
  { key: 'p99_ms', name: 'p99', colour: 'var(--segment-tts)', dashes: '2 2' },
] as const;
