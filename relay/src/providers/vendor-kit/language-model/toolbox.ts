import type { ToolSet } from 'ai';

/** Tools from elsewhere that a language model may use. */
export interface Toolbox {
  /** Those that can be used at this moment, by names no two of them share. */
  tools(): ToolSet;
}
