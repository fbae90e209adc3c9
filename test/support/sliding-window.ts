/** Messages that reached a carrier at one time. */
export interface Arrived {
  readonly atMs: number;
  readonly messages: number;
}

/** The most messages that arrived within any second, wherever it begins. */
export function mostInASecond(arrived: readonly Arrived[]): number {
  const inOrder = [...arrived].sort((a, b) => a.atMs - b.atMs);
  let most = 0;
  let within = 0;
  let first = 0;
  for (const { atMs, messages } of inOrder) {
    within += messages;
    for (; inOrder[first]!.atMs <= atMs - 1_000; first++) within -= inOrder[first]!.messages;
    most = Math.max(most, within);
  }
  return most;
}
