/**
 * First server version, as in server_version_num, that takes an option of a publication or subscription. Options not
 * listed are in every supported version.
 * @see the pages of CREATE PUBLICATION and CREATE SUBSCRIPTION of each version
 */
export const PUBLICATION_OPTION_VERSIONS: ReadonlyMap<string, number> = new Map([
  ['generatedColumns', 180000],
]);

/** The same for subscriptions. `streaming` is old, but for its value `parallel`. */
export const SUBSCRIPTION_OPTION_VERSIONS: ReadonlyMap<string, number> = new Map([
  ['twoPhase', 150000],
  ['disableOnError', 150000],
  ['origin', 160000],
  ['passwordRequired', 160000],
  ['runAsOwner', 160000],
  ['failover', 170000],
]);

/** First version that publishes schemas, column lists and row filters. */
export const LISTS_AND_FILTERS_VERSION = 150000;
/** First version that takes `streaming = parallel`. */
export const PARALLEL_STREAMING_VERSION = 160000;
/** First version whose standbys decode WAL, so that they can serve subscriptions. */
export const DECODING_ON_STANDBY_VERSION = 160000;
