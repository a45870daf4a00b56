import { arithmetic } from './arithmetic.ts';
import type { Capability } from './capability.ts';
import { chance } from './chance.ts';
import { clock } from './clock.ts';
import { control } from './control.ts';
import { conversion } from './conversion.ts';
import { help } from './help.ts';
import { facts, jokes } from './jokes-and-facts.ts';
import { smallTalk } from './small-talk.ts';
import { spelling } from './spelling.ts';
import { timers } from './timers.ts';

/** In the order in which phrases are tried: the first capability that understands answers. */
export const CAPABILITIES: readonly Capability[] = [
  control,
  clock,
  timers,
  arithmetic,
  conversion,
  spelling,
  chance,
  jokes,
  facts,
  smallTalk,
  help,
];
