import { less, more, VENDORS, type Measurement } from './measurement.ts';

/** Figures of the page in a browser. */
export const PAGE: readonly Measurement[] = [
  {
    name: 'web',
    title: `The page in Chromium, ${VENDORS}; sound as the page’s audio graph has it`,
    run: ['web'],
    minutes: 3,
    figures: [
      less(
        'first_load',
        'First load of the page with its workers, compressed',
        '{first_load_kb} kB',
      ),
      less('ready', 'From the press until the page listens, median', '{time_to_ready_ms} ms'),
      less(
        'main_thread',
        'Work of the page’s main thread in a second of a call',
        '{main_thread_ms_per_s} ms',
      ),
      less(
        'answer_p50',
        'End of speech to answer in the page, median',
        '{voice_to_voice_ms.p50} ms',
      ),
      less('answer_p99', 'End of speech to answer in the page, p99', '{voice_to_voice_ms.p99} ms'),
      less(
        'barge_in_p50',
        'Speech over an answer until it is silent in the page, median',
        '{barge_in_ms.p50} ms',
      ),
      less(
        'barge_in_p99',
        'Speech over an answer until it is silent in the page, p99',
        '{barge_in_ms.p99} ms',
      ),
      less('underruns', 'Gaps in the answers', '{underruns}'),
    ],
  },
  {
    name: 'ear',
    title: `Voice to voice as an ear in the room hears it, Chromium; without keys, then ${VENDORS}`,
    run: ['ear', '--turns', '24'],
    quick: ['ear', '--turns', '6'],
    minutes: 5,
    figures: [
      less(
        'keyless_p50',
        'End of speech to answer at the ear, without a key, median',
        '{embedded.ear_ms.p50} ms',
      ),
      less(
        'keyless_p95',
        'End of speech to answer at the ear, without a key, p95',
        '{embedded.ear_ms.p95} ms',
      ),
      less(
        'vendors_p50',
        `End of speech to answer at the ear, ${VENDORS}, median`,
        '{simulated.eager.ear_ms.p50} ms',
        '{simulated.patient.ear_ms.p50} ms without speculation',
      ),
      less(
        'vendors_p95',
        `End of speech to answer at the ear, ${VENDORS}, p95`,
        '{simulated.eager.ear_ms.p95} ms',
        '{simulated.patient.ear_ms.p95} ms without speculation',
      ),
      more(
        'panel',
        'Turns that the debug panel shows within 20 ms of the ear',
        '{embedded.within_20_ms|%} %',
        '{embedded.turns} turns, {embedded.failed} failed',
      ),
    ],
  },
  {
    name: 'dialogues',
    title: 'Turn-taking in scripted dialogues; beside it a page that waits for a fixed 480 ms',
    run: ['dialogues'],
    quick: ['dialogues', '--only', 'noise'],
    minutes: 4,
    figures: [
      less(
        'cut_off',
        'People who are cut off before they have finished',
        '{relay.cut_off_percent} %',
        '{fixed_480_ms.cut_off_percent} %',
      ),
      less(
        'false_barge_ins',
        'Answers that end without cause',
        '{relay.false_barge_in_percent} %',
        '{fixed_480_ms.false_barge_in_percent} %',
      ),
      less(
        'missed_stops',
        'Interruptions that are missed',
        '{relay.missed_stop_percent} %',
        '{fixed_480_ms.missed_stop_percent} %',
      ),
      less(
        'endpointing_p50',
        'From the end of a finished sentence until it is noticed, median',
        '{relay.endpointing_ms.p50} ms',
        '{fixed_480_ms.endpointing_ms.p50} ms',
      ),
      less(
        'endpointing_p90',
        'From the end of a finished sentence until it is noticed, p90',
        '{relay.endpointing_ms.p90} ms',
        '{fixed_480_ms.endpointing_ms.p90} ms',
      ),
      less(
        'unanswered',
        'Utterances without an answer',
        '{relay.unanswered} of {relay.utterances}',
        '{fixed_480_ms.unanswered} of {fixed_480_ms.utterances}',
      ),
    ],
  },
  {
    name: 'echo',
    title:
      'Chromium in a room whose microphone hears the speaker, with headphones, then at four levels',
    run: ['echo', '--minutes', '3'],
    quick: ['echo', '--minutes', '1'],
    minutes: 9.5,
    figures: [
      less(
        'false_barge_ins',
        'Answers that their own echo ended',
        '{false_barge_ins}',
        '{speech_minutes} minutes of answers',
      ),
      more(
        'silenced',
        'Interruptions that silence the answer, with its echo in the microphone',
        '{barge_in.silenced} of {barge_in.said}',
        '{barge_in.missed} missed, {barge_in.spoiled} said while the answer was silent',
      ),
      less(
        'p50',
        'Speech over an answer until the speaker is silent, with its echo in the microphone, median',
        '{barge_in.p50_ms} ms',
      ),
      less(
        'p95',
        'Speech over an answer until the speaker is silent, with its echo in the microphone, p95',
        '{barge_in.p95_ms} ms',
      ),
      more(
        'headphones',
        'Interruptions that silence the answer, with headphones',
        '{headphones.silenced} of {headphones.said}',
        '{headphones.missed} missed, {headphones.spoiled} said while the answer was silent',
      ),
      less(
        'headphones_p50',
        'Speech over an answer until the headphones are silent, median',
        '{headphones.p50_ms} ms',
      ),
      less(
        'headphones_p95',
        'Speech over an answer until the headphones are silent, p95',
        '{headphones.p95_ms} ms',
      ),
    ],
  },
  {
    name: 'lighthouse',
    title: 'Lighthouse on a phone, the page as the relay serves it, the middle one of three visits',
    run: ['lighthouse'],
    minutes: 2,
    figures: [
      more('performance', 'Lighthouse, performance', '{performance} of 100'),
      more('accessibility', 'Lighthouse, accessibility', '{accessibility} of 100'),
      more('best_practices', 'Lighthouse, best practices', '{best-practices} of 100'),
    ],
  },
];
