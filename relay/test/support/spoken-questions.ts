/** What a person may say to the embedded assistant, and what only a right answer says. */
export const SPOKEN_QUESTIONS: readonly { readonly say: string; readonly answer: RegExp }[] = [
  { say: 'what is seven times eight', answer: /is fifty six\./ },
  { say: 'what is fifteen percent of eighty', answer: /is twelve\./ },
  { say: 'what is one hundred and forty four divided by twelve', answer: /is twelve\./ },
  { say: 'what is the square root of eighty one', answer: /is nine\./ },
  { say: 'add forty two and seventeen', answer: /is fifty nine\./ },
  { say: 'how many kilometers is five miles', answer: /is about eight kilometers\./ },
  { say: 'convert seventy degrees fahrenheit to celsius', answer: /twenty one point one degrees/ },
  { say: 'how many feet are in a mile', answer: /five thousand two hundred eighty feet/ },
  { say: 'set a timer for five minutes', answer: /timer is set for five minutes\./ },
  { say: 'set a pasta timer for nine minutes', answer: /pasta timer is set for nine minutes\./ },
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
