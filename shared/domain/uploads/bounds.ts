/** What one file may ask of us. Size and rows are the contract's; the rest keeps a crafted file from exhausting memory. */

export const columnsMax = 64;
/** The longest text message is 2,000 bytes; a cell of twice that many characters is a mistake or an attack. */
export const cellCharactersMax = 4_000;
export const cellBytesMax = cellCharactersMax * 4;
/** All text of one row. Many cells of a workbook may point to one long text, so a small file can hold huge rows. */
export const rowBytesMax = 64 * 1024;
/** All that is written about one file; for the same reason. */
export const writtenBytesMax = 1024 * 1024 * 1024;
/** Everything read out of one workbook: 1,000,000 usual rows inflate to about 310 MB. */
export const inflatedBytesMax = 600 * 1024 * 1024;
export const sharedTextBytesMax = 128 * 1024 * 1024;
export const sharedTextsMax = 16_000_000;
export const zipEntriesMax = 10_000;
/** Markup between two points where a reader may let go of what it has seen. */
export const xmlTokenBytesMax = 1024 * 1024;
