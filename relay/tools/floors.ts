/**
 * The floors of each package, lowest first: a file imports only from its own floor and from those
 * below. A floor is a room of a district, a district without rooms, or a file directly below `src`.
 */
export const FLOORS: Readonly<Record<'shared' | 'relay' | 'web', readonly string[]>> = {
  shared: ['audio', 'protocol', 'vad', 'statistics.ts', 'link', 'flight', 'index.ts'],
  relay: [
    'base/lib',
    'base/config',
    'people/auth',
    'people/limits',
    'people/metering',
    'keeping/storage',
    'keeping/recordings',
    'call/stages',
    'providers/vendor-kit',
    'providers/embedded',
    'providers/vendors',
    'providers/registry',
    'call/events',
    'call/turn',
    'watching/logs',
    'watching/metrics',
    'watching/exporters',
    'call/session',
    'people/accounts',
    'replicas',
    'watching/monitoring',
    'http',
    'dialects/calls',
    'dialects/openai',
    'dialects/twilio',
    'relay-options.ts',
    'app.ts',
    'relay-process.ts',
    'create-relay.ts',
    'main.ts',
  ],
  web: [
    'lib',
    'client/messages',
    'client/worklets',
    'client/media-worker',
    'client/engine',
    'client/settings',
    'client/account',
    'client/store',
    'client/create-call.ts',
    'client/index.ts',
    'client/react',
    'ui',
    'features',
    'embed',
    'app',
    'main.tsx',
  ],
};

/**
 * The page's three threads, a folder each: none imports another's code, they meet in `messages`.
 * The address of another thread's program (`…?worker&url`) is not its code.
 */
const THREADS: readonly string[] = ['client/worklets', 'client/media-worker', 'client/engine'];

export interface FloorRule {
  /** Glob of the files that the rule holds for. */
  readonly files: readonly string[];
  readonly patterns: readonly { readonly regex: string; readonly message: string }[];
}

/** The keyless engines know PCM and words and nothing of a call. */
const ENGINES: FloorRule = {
  files: ['relay/packages/**'],
  patterns: [
    {
      regex: '^\\.{1,2}/(.*/)?src/|^@parley/relay',
      message: 'Engines are below the relay: they use each other and @parley/shared.',
    },
  ],
};

/** End-to-end tests reach the relay through its one entry for them. */
const END_TO_END_TESTS: FloorRule = {
  files: ['web/e2e/**'],
  patterns: [{ regex: '^\\.{1,2}/(.*/)?relay/', message: 'Use @parley/relay/testing.' }],
};

/** The modules on these floors of the page reach a call through the client's two entries. */
const CLIENT_ENTRY = {
  floors: ['ui', 'features', 'embed', 'app', 'main.tsx'],
  // A double of a test has a dot in its name.
  regex:
    '^\\.{1,2}/(\\.\\./)*client/(account|engine|media-worker|messages|settings|store|worklets)/([a-z-]+/)*[a-z-]+\\.tsx?$',
  message: 'Use client/index.ts or client/react/index.ts.',
} as const;

/** What the linter's `no-restricted-imports` holds each floor to. */
export function floorRules(): readonly FloorRule[] {
  const packages = Object.keys(FLOORS) as (keyof typeof FLOORS)[];
  const floors = packages.flatMap((name) =>
    FLOORS[name].map((floor, index) => {
      const above = FLOORS[name].slice(index + 1);
      // `shared` is reached by its package's name, never by a path.
      const foreign = packages.filter((other) => other !== name);
      const closed = foreign.filter((other) => other !== 'shared').join('|');
      const patterns = [
        {
          regex: `(^@parley/(${closed})(/|$)|(^|/)(${foreign.join('|')})/src/)`,
          message: 'Packages meet in @parley/shared only.',
        },
      ];
      if (above.length > 0) {
        patterns.push({
          regex: `^\\.{1,2}/(\\.\\./)*(${above.map(asPattern).join('|')})`,
          message: `${floor} stands below ${above.join(', ')}.`,
        });
      }
      if (name === 'web' && THREADS.includes(floor)) {
        const others = THREADS.filter((other) => other !== floor)
          .map(asPattern)
          .join('|');
        patterns.push({
          regex: `^\\.{1,2}/(\\.\\./)*(${others})[^?]*$`,
          message: 'Threads meet in messages only.',
        });
      }
      if (name === 'web' && CLIENT_ENTRY.floors.some((user) => user === floor)) {
        const { regex, message } = CLIENT_ENTRY;
        patterns.push({ regex, message });
      }
      return {
        files: [floor.includes('.') ? `${name}/src/${floor}` : `${name}/src/${floor}/**`],
        patterns,
      };
    }),
  );
  return [...floors, ENGINES, END_TO_END_TESTS];
}

/** From another district a room is named with its district, from its own without. */
function asPattern(floor: string): string {
  if (floor.includes('.')) return `${floor.replaceAll('.', '\\.')}$`;
  const [district, room] = floor.split('/');
  return room === undefined ? `${floor}/` : `(${district}/)?${room}/`;
}
