import { run, runTool } from './project.ts';

const PAGE_PORT = '5173';

/** The relay, started anew when its files change, beside Vite's server for the page. */
const [relay, page] = await Promise.all([
  run(process.execPath, ['--watch', 'relay/src/main.ts'], {
    ALLOWED_ORIGINS: `http://localhost:${PAGE_PORT}`,
  }),
  runTool('web/node_modules/vite/bin/vite.js', ['web', '--port', PAGE_PORT, '--strictPort']),
]);
process.exitCode = Math.max(relay, page);
