/** As much of standard output as is written to. */
export interface Output {
  write(text: string): unknown;
}
