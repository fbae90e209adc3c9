/** The condition under which a versioned item is still the one that was read, in one of the states `from`. */
export function stillAs({ version }: { readonly version: number }, from: readonly string[]) {
  const names = from.map((_, i) => `:from${i}`);
  return {
    ConditionExpression: `#version = :version AND #state IN (${names.join(', ')})`,
    ExpressionAttributeNames: { '#version': 'version', '#state': 'state' },
    ExpressionAttributeValues: {
      ':version': version,
      ...Object.fromEntries(from.map((state, i) => [`:from${i}`, state])),
    },
  };
}
