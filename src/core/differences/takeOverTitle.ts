import { say } from '../say';
import type { Difference } from './difference';

/** What an editor calls the edit that makes the file say what the server has. */
export function takeOverTitle({ fileChanges }: Pick<Difference, 'fileChanges'>): string {
  const isRemoval = fileChanges.every(({ value }) => value === undefined);
  return isRemoval ? say`Take it out of the file` : say`Take over into the file`;
}
