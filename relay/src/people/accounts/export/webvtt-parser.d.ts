declare module 'webvtt-parser' {
  interface Cue {
    readonly id: string;
    /** Seconds. */
    readonly startTime: number;
    readonly endTime: number;
    readonly text: string;
  }
  export class WebVTTParser {
    parse(
      text: string,
      mode: 'metadata' | 'subtitles/captions/descriptions',
    ): { readonly cues: readonly Cue[]; readonly errors: readonly { readonly message: string }[] };
  }
}
