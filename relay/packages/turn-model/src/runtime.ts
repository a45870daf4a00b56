import { createRequire } from 'node:module';

/** ONNX Runtime, which this package alone depends on. */
export * as ort from 'onnxruntime-web/wasm';

/** The runtime's WebAssembly, a file. */
export const RUNTIME_WASM = createRequire(import.meta.url).resolve(
  'onnxruntime-web/ort-wasm-simd-threaded.wasm',
);
