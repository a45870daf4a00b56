export interface Scored {
  readonly probability: number;
  readonly isFinished: boolean;
}

export interface Evaluation {
  readonly finished: number;
  readonly unfinished: number;
  /** Chance that a finished turn scores above an unfinished one. */
  readonly auc: number;
  /** Finished turns above the score that 5 % of the unfinished ones exceed, 0–1. */
  readonly foundAt5Percent: number;
}

/** @param scored - at least one finished and one unfinished */
export function evaluate(scored: readonly Scored[]): Evaluation {
  const ascending = scored.toSorted((a, b) => a.probability - b.probability);
  const finished = scored.filter(({ isFinished }) => isFinished).length;
  const unfinished = scored.length - finished;
  let rankSum = 0;
  for (let from = 0; from < ascending.length;) {
    let to = from;
    while (ascending[to]?.probability === ascending[from]!.probability) to += 1;
    const rank = (from + 1 + to) / 2;
    for (let at = from; at < to; at += 1) if (ascending[at]!.isFinished) rankSum += rank;
    from = to;
  }
  const auc = (rankSum - (finished * (finished + 1)) / 2) / (finished * unfinished);
  const negatives = ascending.filter(({ isFinished }) => !isFinished);
  const threshold = negatives[Math.floor(negatives.length * 0.95)]?.probability ?? 1;
  const found = scored.filter((each) => each.isFinished && each.probability > threshold).length;
  return { finished, unfinished, auc, foundAt5Percent: found / finished };
}
