import { createRequire } from 'node:module';

/**
 * Whether `ws` masks with the compiled `bufferutil` in this process: without it every figure is a
 * third higher, on either side.
 */
export function hasNativeMasking(): boolean {
  if (process.env['WS_NO_BUFFER_UTIL'] !== undefined) return false;
  try {
    const { mask } = createRequire(import.meta.url)('bufferutil') as { mask: () => void };
    return Function.prototype.toString.call(mask).includes('[native code]');
  } catch {
    return false;
  }
}
