/** Names of the column that every list has: the recipients' own numbers. Files come with either, texts may use both. */
export const numberColumns: readonly string[] = ['phoneNumber', 'recipient_no'];

export const isNumberColumn = (name: string): boolean => numberColumns.includes(name);
