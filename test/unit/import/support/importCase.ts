import type { Imported } from '../../../../src/core/import/imported';

/** One file as it is found, and what it has to come to. Everything is compared; what is not named has to be empty. */
export interface ImportCase {
  readonly title: string;
  readonly imported: () => Imported;
  /** `user@host:port/dbname keyword=value` by id. */
  readonly nodes: Readonly<Record<string, string>>;
  /** `streaming from > to`, with slot or subscription behind it. */
  readonly edges?: readonly string[];
  readonly secrets?: Readonly<Record<string, string>>;
  readonly skipped?: readonly string[];
  readonly warnings?: readonly string[];
  /** Sentences by id. */
  readonly problems?: Readonly<Record<string, string>>;
}
