import { Transform, type TransformCallback } from 'node:stream';
import { AwsError } from '../edge/aws-error.ts';

/**
 * Decodes `aws-chunked` bodies: lines `<hex size>[;chunk-signature=…]`, the data, and after the last chunk trailing
 * headers, which carry the checksum of a body that was streamed.
 */
export class ChunkedBody extends Transform {
  readonly trailers: Record<string, string> = {};
  #pending: Buffer = Buffer.alloc(0);
  #left = 0;
  #state: 'size' | 'data' | 'dataEnd' | 'trailers' = 'size';

  override _transform(chunk: Buffer, _encoding: string, done: TransformCallback): void {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    try {
      while (this.#step());
      done();
    } catch (error) {
      done(error as Error);
    }
  }

  override _flush(done: TransformCallback): void {
    done(this.#state === 'trailers' ? null : new AwsError('IncompleteBody', 'The chunked body ends too early.'));
  }

  /** @returns whether more can be read from what has arrived */
  #step(): boolean {
    if (this.#state === 'data') {
      if (this.#pending.length === 0) return false;
      const data = this.#pending.subarray(0, this.#left);
      this.#pending = this.#pending.subarray(data.length);
      this.#left -= data.length;
      this.push(data);
      if (this.#left === 0) this.#state = 'dataEnd';
      return true;
    }
    const end = this.#pending.indexOf('\r\n');
    if (end < 0) return false;
    const line = this.#pending.subarray(0, end).toString();
    this.#pending = this.#pending.subarray(end + 2);
    if (this.#state === 'dataEnd') this.#state = 'size';
    else if (this.#state === 'size') {
      this.#left = Number.parseInt(line, 16);
      if (Number.isNaN(this.#left)) throw new AwsError('InvalidRequest', 'The body is not chunked as declared.');
      this.#state = this.#left === 0 ? 'trailers' : 'data';
    } else if (line !== '') {
      const [name, value] = line.split(':', 2) as [string, string];
      this.trailers[name.trim().toLowerCase()] = value.trim();
    }
    return true;
  }
}
