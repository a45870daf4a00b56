import { systemClock } from '../../src/base/lib/clock.ts';

// Loaded into a relay's process before the relay: the load of the machine that runs the tests does
// not concern the relay under test, which never finds that its event loop is late.

systemClock.lostMs = () => 0;
