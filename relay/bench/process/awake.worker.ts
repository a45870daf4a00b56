import { constants, setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';

/** Below everybody else: whoever has something to do takes the processor at once. */
setPriority(constants.priority.PRIORITY_LOW);
parentPort?.postMessage('awake');
for (;;);
