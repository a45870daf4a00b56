/** What people say around a request and is listened for, as the recogniser writes it. */

export const SPOKEN_BEFORE: readonly string[] = [
  ...['please', 'can you', 'could you', 'can you please', 'could you please', 'would you'],
  ...['can you tell me', 'could you tell me', 'do you know', 'tell me', "i'd like to know"],
  ...['could you just', 'can you just', 'could you maybe', 'can you maybe', 'can i', 'could i'],
  ...['hey', 'hello', 'thanks'],
];

export const SPOKEN_AFTER: readonly string[] = [
  ...['please', 'for me', 'for me please', 'right now', 'now', 'at the moment', 'thanks'],
  ...['real quick', 'if you can'],
];

/** What joins two requests in one breath. */
export const SPOKEN_LINK = 'and';
