import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** A folder that is gone after the test. Call inside `describe`. */
export function scratchFolder(): {
  path(...parts: string[]): string;
  write(name: string, text: string, mode?: number): string;
} {
  let root = '';
  beforeEach(() => {
    root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'pgt-unit-')));
  });
  afterEach(() => {
    fs.rmSync(root, { recursive: true, force: true });
  });
  return {
    path: (...parts) => path.join(root, ...parts),
    write: (name, text, mode = 0o600) => {
      const file = path.join(root, name);
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.writeFileSync(file, text);
      fs.chmodSync(file, mode);
      return file;
    },
  };
}
