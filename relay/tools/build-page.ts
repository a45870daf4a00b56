import { buildPage } from './page-build.ts';

process.exitCode = await buildPage();
