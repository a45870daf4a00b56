/** Gauges sampled twice a second while the panel is open. */
export interface MediaStats {
  /** Since the call began. */
  readonly atMs: number;
  readonly rttMs: number | null;
  /** Sent but not yet acknowledged. */
  readonly unackedMs: number;
  /** Received but not yet played. */
  readonly jitterBufferMs: number;
  /** How much the jitter buffer wants before it starts. */
  readonly jitterTargetMs: number;
  readonly underruns: number;
  readonly chunksSent: number;
  readonly reconnects: number;
  /** How much softer than it is played the voice comes back; null until it is known. */
  readonly echoDb: number | null;
  readonly echoDelayMs: number | null;
}

export interface DebugEntry {
  /** Since the call began. */
  readonly atMs: number;
  readonly source: 'sent' | 'received' | 'vad' | 'socket' | 'playback';
  /** Event type or what happened. */
  readonly name: string;
  /** A few words; never audio. */
  readonly detail: string;
}
