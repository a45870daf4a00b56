// Apart from the schemas: the recorder is loaded with a call, and checks nothing.

/** What the first line of every file says of itself. */
export const FLIGHT_FORMAT = 'parley.flight';
export const FLIGHT_VERSION = 1;
