import type { ObjectReader } from '../../shared/adapters/rows/prepared-rows.ts';
import type { ObjectWriter } from '../../shared/adapters/rows/prepared-writer.ts';
import { MemorySink } from '../../shared/domain/dispatches/prepare/byte-sink.ts';

/** An object store in memory. An object exists once it was closed, and never after it was abandoned. */
export class MemoryObjects implements ObjectReader, ObjectWriter {
  readonly objects = new Map<string, Uint8Array>();

  async range(key: string, offset: number, length: number): Promise<Uint8Array> {
    return (await this.whole(key)).subarray(offset, offset + length);
  }

  async whole(key: string): Promise<Uint8Array> {
    const bytes = this.objects.get(key);
    if (!bytes) throw new Error(`There is no object ${key}`);
    return bytes;
  }

  open(key: string) {
    const sink = new MemorySink();
    return {
      write: (bytes: Uint8Array) => sink.write(Uint8Array.from(bytes)),
      close: async () => void this.objects.set(key, sink.bytes),
      abandon: async () => {},
    };
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    this.objects.set(key, bytes);
  }
}
