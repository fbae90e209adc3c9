import { renameSync, writeFileSync } from 'node:fs';

/**
 * Writes a file for its owner's eyes that is either the old one or the new one whole, whenever this process is killed.
 */
export function writeWhole(file: string, content: string | Uint8Array): void {
  writeFileSync(`${file}.new`, content, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
