/** Sizes of `count` waves of consecutive sendable rows that differ by at most one, the larger ones first. */
export function waveSizes(sendable: number, count: number): number[] {
  const [each, more] = [Math.floor(sendable / count), sendable % count];
  return Array.from({ length: count }, (_, i) => each + (i < more ? 1 : 0));
}
