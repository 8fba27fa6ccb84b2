const BLOCK = 512;

/** One file of an archive. */
export interface TarFile {
  readonly path: string;
  readonly content: Buffer;
}

/**
 * Reads the files of a tar archive as npm writes them (ustar, with the extended headers of POSIX for long names). Folders and links are
 * passed over: packages of npm have no links.
 * @throws for what is no such archive
 */
export function* untar(archive: Buffer): Generator<TarFile> {
  let extended: string | null = null;
  for (let at = 0; at + BLOCK <= archive.length;) {
    const header = archive.subarray(at, at + BLOCK);
    if (header.every((byte) => byte === 0)) return;
    if (!isWhole(header)) throw new Error('The archive is damaged.');
    const size = octal(header, 124, 12);
    const content = archive.subarray(at + BLOCK, at + BLOCK + size);
    if (content.length < size) throw new Error('The archive ends in the middle of a file.');
    const kind = text(header, 156, 1);
    if (kind === 'x') extended = pathOf(content);
    else {
      if (kind === '0' || kind === '') yield { path: extended ?? nameOf(header), content };
      extended = null;
    }
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
}

/** By the sum that the header has of itself. */
function isWhole(header: Buffer): boolean {
  const sum = header.reduce(
    (total, byte, index) => total + (index >= 148 && index < 156 ? 32 : byte),
    0,
  );
  return sum === octal(header, 148, 8);
}

function nameOf(header: Buffer): string {
  const name = text(header, 0, 100);
  const prefix = text(header, 257, 5) === 'ustar' ? text(header, 345, 155) : '';
  return prefix === '' ? name : `${prefix}/${name}`;
}

/** `path` among the records `<length> <key>=<value>` of an extended header. */
function pathOf(content: Buffer): string | null {
  for (let at = 0; at < content.length;) {
    const space = content.indexOf(' ', at);
    const length = Number(content.subarray(at, space).toString());
    if (space < 0 || !(length > 0)) throw new Error('The archive has a damaged header.');
    const record = content.subarray(space + 1, at + length - 1).toString();
    if (record.startsWith('path=')) return record.slice('path='.length);
    at += length;
  }
  return null;
}

function text(header: Buffer, from: number, length: number): string {
  const field = header.subarray(from, from + length);
  const end = field.indexOf(0);
  return field.subarray(0, end < 0 ? length : end).toString();
}

function octal(header: Buffer, from: number, length: number): number {
  const value = parseInt(text(header, from, length).trim(), 8);
  if (Number.isNaN(value)) throw new Error('This is no tar archive.');
  return value;
}
