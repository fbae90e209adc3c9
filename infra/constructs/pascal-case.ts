/** `send-batch` → `SendBatch`: construct ids from names of functions. */
export const pascalCase = (name: string): string =>
  name
    .split('-')
    .map((word) => word[0]!.toUpperCase() + word.slice(1))
    .join('');
