import { say } from '../../src/core/say';

/** How data goes over a link, in words. */
export const LINK_KINDS: Readonly<Record<'streaming' | 'logical' | 'queue', string>> = {
  streaming: say`streaming`,
  logical: say`logical`,
  queue: say`queue`,
};
