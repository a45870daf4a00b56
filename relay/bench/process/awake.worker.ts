import { constants, setPriority } from 'node:os';

// At the lowest priority: any other process that has work takes the processor at once.
setPriority(constants.priority.PRIORITY_LOW);
for (;;);
