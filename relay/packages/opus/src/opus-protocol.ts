/** What a stream does. Rates: 8, 12, 16, 24 or 48 kHz. */
export type OpusStreamKind =
  | { readonly kind: 'decoder'; readonly rateHz: number }
  | { readonly kind: 'encoder'; readonly rateHz: number; readonly bitrate: number };

/** `stream`: a number that the asker chooses. */
export type OpusRequest =
  | { readonly type: 'open'; readonly stream: number; readonly as: OpusStreamKind }
  | { readonly type: 'decode'; readonly stream: number; readonly packets: readonly Uint8Array[] }
  /** `isLast`: what is left of a frame is filled with silence, and the next piece begins anew. */
  | {
      readonly type: 'encode';
      readonly stream: number;
      readonly samples: Int16Array;
      readonly isLast: boolean;
    }
  | { readonly type: 'close'; readonly stream: number };

export type OpusAnswer =
  | { readonly type: 'decoded'; readonly samples: Int16Array<ArrayBuffer> }
  /** Packets of 20 ms. */
  | { readonly type: 'encoded'; readonly packets: readonly Uint8Array[] }
  | { readonly type: 'done' };
