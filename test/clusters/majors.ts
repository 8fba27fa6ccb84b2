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

/**
 * The same for what does not depend on the version, such as how our own client behaves: the oldest and the newest major of those supported,
 * and in the soak all of them.
 */
export function forOldestAndNewest(title: string, body: (major: Major) => void): void {
  for (const major of majorsOfThisRun().filter(isOldestOrNewest)) {
    describe(`${title} (Postgres ${major})`, () => body(major));
  }
}

/** The same where only our own client or the test rig is looked at: the oldest major alone, and in the soak all of them. */
export function forOldest(title: string, body: (major: Major) => void): void {
  for (const major of majorsOfThisRun().filter(isOldest)) {
    describe(`${title} (Postgres ${major})`, () => body(major));
  }
}

export function isOldest(major: Major): boolean {
  return process.env['SOAK'] === '1' || major === SUPPORTED_MAJORS[0];
}

/** Whether a test that does not depend on the version runs on this major. */
export function isOldestOrNewest(major: Major): boolean {
  if (process.env['SOAK'] === '1') return true;
  return major === SUPPORTED_MAJORS[0] || major === SUPPORTED_MAJORS.at(-1);
}
