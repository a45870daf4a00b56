import { numberToWords } from '../phrases/number-words.ts';

/** `four twenty three in the afternoon`, `nine o'clock in the morning`; `hour` is from 0 to 23. */
export function timeOfDayToWords({ hour, minute }: { hour: number; minute: number }): string {
  if (minute === 0 && hour === 0) return 'midnight';
  if (minute === 0 && hour === 12) return 'twelve noon';
  const spokenMinute =
    minute === 0 ? "o'clock" : minute < 10 ? `oh ${numberToWords(minute)}` : numberToWords(minute);
  return `${numberToWords(((hour + 11) % 12) + 1)} ${spokenMinute} ${partOfDay(hour)}`;
}

function partOfDay(hour: number): string {
  if (hour < 12) return 'in the morning';
  if (hour < 18) return 'in the afternoon';
  return hour < 22 ? 'in the evening' : 'at night';
}
