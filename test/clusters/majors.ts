/** Server versions that the extension supports; every behaviour is tested on each of them. */
export const SUPPORTED_MAJORS = [14, 15, 16, 17, 18] as const;

export type Major = (typeof SUPPORTED_MAJORS)[number];

/**
 * Majors of this run: `PG_MAJORS` (such as `15,18`), by default all.
 * @throws when the variable names something that is not supported, so that a typo never shrinks a run silently.
 */
export function majorsOfThisRun(variable = process.env['PG_MAJORS']): readonly Major[] {
  if (variable === undefined || variable.trim() === '') return SUPPORTED_MAJORS;
  return variable.split(',').map((word) => {
    const major = SUPPORTED_MAJORS.find((candidate) => String(candidate) === word.trim());
    if (major === undefined) {
      throw new Error(
        `PG_MAJORS=${variable}: "${word}" is none of ${SUPPORTED_MAJORS.join(', ')}.`,
      );
    }
    return major;
  });
}

/** Declares one `describe` block for each major of this run. */
export function forEachMajor(title: string, body: (major: Major) => void): void {
  for (const major of majorsOfThisRun()) {
    describe(`${title} (Postgres ${major})`, () => body(major));
  }
}
