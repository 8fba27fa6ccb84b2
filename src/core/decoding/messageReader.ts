import type { Lsn } from '../lsn';

/** Decodes text of the server's encoding. */
export type TextOf = (bytes: Uint8Array) => string;

/** Reads one message of the replication protocol from its beginning; numbers are big-endian. */
export class MessageReader {
  readonly #view: DataView;
  #at = 0;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly textOf: TextOf,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** One byte as a letter. */
  letter(): string {
    return String.fromCharCode(this.int8());
  }

  int8(): number {
    this.#at += 1;
    return this.#view.getUint8(this.#at - 1);
  }

  int16(): number {
    this.#at += 2;
    return this.#view.getInt16(this.#at - 2);
  }

  int32(): number {
    this.#at += 4;
    return this.#view.getInt32(this.#at - 4);
  }

  /** An oid or a transaction's id. */
  uint32(): number {
    this.#at += 4;
    return this.#view.getUint32(this.#at - 4);
  }

  lsn(): Lsn {
    this.#at += 8;
    return this.#view.getBigUint64(this.#at - 8);
  }

  /** Text up to a zero byte. */
  name(): string {
    const end = this.bytes.indexOf(0, this.#at);
    const text = this.textOf(this.bytes.subarray(this.#at, end));
    this.#at = end + 1;
    return text;
  }

  text(length: number): string {
    this.#at += length;
    return this.textOf(this.bytes.subarray(this.#at - length, this.#at));
  }

  skip(length: number): void {
    this.#at += length;
  }
}
