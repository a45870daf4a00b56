import { constants, setPriority } from 'node:os';

// Below everybody else: whoever has something to do takes the processor at once.
setPriority(constants.priority.PRIORITY_LOW);
for (;;);
