/** What a person may say to the embedded assistant, and what only a right answer says. */
export const SPOKEN_QUESTIONS: readonly { readonly say: string; readonly answer: RegExp }[] = [
  { say: 'what is seven times eight', answer: /is 56\./ },
  { say: 'what is fifteen percent of eighty', answer: /is 12\./ },
  { say: 'what is one hundred and forty four divided by twelve', answer: /is 12\./ },
  { say: 'what is the square root of eighty one', answer: /is 9\./ },
  { say: 'add forty two and seventeen', answer: /is 59\./ },
  { say: 'how many kilometers is five miles', answer: /is about 8 kilometers\./ },
  { say: 'convert seventy degrees fahrenheit to celsius', answer: /21\.1 degrees/ },
  { say: 'how many feet are in a mile', answer: /5,280 feet/ },
  { say: 'set a timer for five minutes', answer: /timer is set for 5 minutes\./ },
  { say: 'set a pasta timer for nine minutes', answer: /pasta timer is set for 9 minutes\./ },
  { say: 'what time is it', answer: /^It is (?!.* in [A-Z])/ },
  { say: 'what time is it in tokyo', answer: /in Tokyo\./ },
  { say: 'what day is it', answer: /^Today is/ },
  { say: 'how do you spell necessary', answer: /N, E, C, E, S, S, A, R, Y\./ },
  { say: 'spell rhythm', answer: /R, H, Y, T, H, M\./ },
  { say: 'flip a coin', answer: /^It is (?:heads|tails)\./ },
  { say: 'roll a die', answer: /^You rolled a \w+\.$/ },
  { say: 'who are you', answer: /^I am Parley/ },
  { say: 'can you hear me', answer: /listening/ },
  { say: 'what can you do', answer: /^I can tell the time/ },
];

/** What the embedded assistant says when it could not place the words. */
export const REFUSAL = /I understand things like|Sorry, not that either/;
