import { createHash } from 'node:crypto';
import type { ErasedObjects } from '../../shared/domain/erasures/ports.ts';
import { MemoryObjects } from './memory-objects.ts';

/** Objects in memory that may be written over and removed, under the conditions of the store. */
export class ErasableObjects extends MemoryObjects implements ErasedObjects {
  readonly #tagOf = (bytes: Uint8Array) => createHash('md5').update(bytes).digest('hex');

  async head(key: string) {
    const bytes = this.objects.get(key);
    return bytes ? { eTag: this.#tagOf(bytes), sizeBytes: bytes.length, metadata: {} } : null;
  }

  override async whole(key: string, eTag?: string): Promise<Uint8Array> {
    const bytes = await super.whole(key);
    if (eTag !== undefined && this.#tagOf(bytes) !== eTag) throw new Error('The object has been replaced');
    return Uint8Array.from(bytes);
  }

  async *stream(key: string, eTag?: string): AsyncGenerator<Uint8Array> {
    const bytes = await this.whole(key, eTag);
    for (let at = 0; at < bytes.length; at += 1_000) yield bytes.slice(at, at + 1_000);
  }

  override open(key: string, _contentType?: string, ifMatch?: string) {
    const sink = super.open(key);
    const close = async () => {
      if (ifMatch !== undefined && (await this.head(key))?.eTag !== ifMatch) throw new Error('The object was replaced');
      return sink.close();
    };
    return { ...sink, close };
  }

  async *keysUnder(prefix: string, after: string | null): AsyncGenerator<string> {
    for (const key of [...this.objects.keys()].sort()) {
      if (key.startsWith(prefix) && (after === null || key > after)) yield key;
    }
  }

  async removeVersion(key: string, eTag: string): Promise<void> {
    if ((await this.head(key))?.eTag === eTag) this.objects.delete(key);
  }

  async remove(keys: readonly string[]): Promise<void> {
    for (const key of keys) this.objects.delete(key);
  }
}
