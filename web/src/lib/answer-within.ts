/** @returns what `work` comes to, or `otherwise` if that takes longer */
export function answerWithin<T, Otherwise>(
  deadlineMs: number,
  work: Promise<T>,
  otherwise: Otherwise,
): Promise<T | Otherwise> {
  const { promise, resolve } = Promise.withResolvers<Otherwise>();
  const timer = setTimeout(() => resolve(otherwise), deadlineMs);
  return Promise.race([work, promise]).finally(() => clearTimeout(timer));
}
