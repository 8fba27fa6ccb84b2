const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;

/**
 * Reads the central directory of a zip file (without the 64-bit extension, which small archives lack).
 *
 * @param {Buffer} zip
 * @returns {string[]} names of its files, without folders
 * @throws when it is no zip file
 */
export function readZipNames(zip) {
  let end = zip.length - 22;
  while (end >= 0 && zip.readUInt32LE(end) !== END_OF_DIRECTORY) end -= 1;
  if (end < 0) throw new Error('This is no zip file');
  const count = zip.readUInt16LE(end + 10);
  let position = zip.readUInt32LE(end + 16);
  const names = [];
  for (let index = 0; index < count; index += 1) {
    if (zip.readUInt32LE(position) !== DIRECTORY_ENTRY) throw new Error('broken zip directory');
    const nameLength = zip.readUInt16LE(position + 28);
    const start = position + 46;
    names.push(zip.toString('utf8', start, start + nameLength));
    const extraLength = zip.readUInt16LE(position + 30);
    const commentLength = zip.readUInt16LE(position + 32);
    position = start + nameLength + extraLength + commentLength;
  }
  return names.filter((name) => !name.endsWith('/'));
}
