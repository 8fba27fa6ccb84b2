import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { giveToServer } from '../../../clusters/serverAccount';

/** A disk of 1 MB, where this account may mount one. The owner unmounts it. */
export class SmallDisk {
  readonly folder: string;
  readonly isThere: boolean;

  constructor(parent: string) {
    this.folder = path.join(parent, 'small-disk');
    this.isThere = process.getuid?.() === 0 && this.mount();
  }

  unmount(): void {
    // Lazily: after a failure a server may still have files there.
    if (this.isThere) execFileSync('umount', ['-l', this.folder]);
  }

  private mount(): boolean {
    fs.mkdirSync(this.folder, { recursive: true });
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', this.folder], {
        stdio: 'ignore',
      });
    } catch {
      return false;
    }
    giveToServer(this.folder);
    return true;
  }
}
