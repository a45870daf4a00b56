/** Words around a request that do not change what is asked, in tokens, longest first. */

export const BEFORE = phrases(`
  please, kindly, hey, hi, hello, ok, okay, so, well, um, uh, and, now, then, alright, parley,
  computer, assistant, thanks, thank you, sorry, excuse me, good morning, good evening,
  good afternoon, hey there, hi there, hello there, great, cool, nice, perfect, all right, right,
  can you, could you, would you, will you, would you mind, can i, could i, may i, i want to,
  i would like to, i want you to, i would like you to, i need to know, i want to know,
  i would like to know, i need you to, do you know, do you happen to know, tell me, show me, just,
  let us, go ahead and, i wonder, any idea, give me, maybe, actually, say, quick question,
  one question, also, oh, can we, could we, i need to, help me, let me know, i have to,
  you know, like, but, quickly, i was wondering, can you help me, could you help me, sorry but`);

export const AFTER = phrases(`
  please, parley, thanks, thank you, for me, right now, now, today, exactly, computer, then,
  if you can, if you please, again, equals, would you, could you, will you, just now,
  currently, at moment, at this moment, right this moment, if you do not mind, quickly,
  real quick, thank you very much, thanks lot, can you, for us, too, as well, instead, actually,
  do you know, by way`);

function phrases(list: string): string[][] {
  return list
    .split(',')
    .map((text) => text.trim().split(/\s+/))
    .toSorted((a, b) => b.length - a.length);
}
