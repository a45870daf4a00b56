/**
 * What interrupts Parley while it speaks: the person's voice; only a key, a button or a tap; or the
 * voice unless the microphone hears Parley so loud that it would interrupt itself.
 */
export const INTERRUPTIONS = ['automatic', 'voice', 'button'] as const;
export type Interruption = (typeof INTERRUPTIONS)[number];
