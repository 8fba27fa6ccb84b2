import type { TopologySnapshot } from '../snapshot';

/** These name no machine of anybody. */
const COMMON = new Set(['localhost', '127.0.0.1', '::1', '0.0.0.0']);

/**
 * Every host name and address that a snapshot knows: of the file, of answers, of senders and of who reads a slot. What is also the
 * name of a node is left out: nodes keep their names.
 */
export function hostsOf(snapshot: TopologySnapshot): readonly string[] {
  const names = new Set(snapshot.nodes.map(({ id }) => id));
  const found = new Set<string>();
  const add = (host: string | null | undefined) => {
    for (const one of host?.split(',') ?? []) {
      const name = one.trim();
      if (name !== '' && !COMMON.has(name) && !names.has(name)) found.add(name);
    }
  };
  for (const { connection } of snapshot.topology.nodes) {
    add(connection['host']);
    add(connection['hostaddr']);
  }
  for (const { sample } of snapshot.nodes) {
    add(sample.endpoint?.host);
    add(sample.failure?.endpoint?.host);
    for (const sender of sample.fast?.senders ?? []) add(sender.clientAddress);
    for (const blocker of sample.causes?.blockers ?? []) add(blocker.clientAddress);
  }
  for (const { reader } of snapshot.slots) add(reader?.clientAddress);
  return [...found];
}

const IPV4 = /\b(?:\d{1,3}\.){3}\d{1,3}\b/gu;
/** Put there by another rule. */
const OURS = /^host-\d+$/u;
/** After the user of a URL, or as the value of a connection string. */
const CONNECTED = /(?<=\/\/[^\s/@]*@|\bhost(?:addr)?\s*=\s*'?)[\w.-]+/giu;
/** All eight groups, or a gap between or before some: a clock has no gap, and a cast has a name before it. */
const IPV6 =
  /(?<![\w:])(?:(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}|(?:[0-9a-f]{1,4}:){1,6}(?::[0-9a-f]{1,4}){1,6}|:(?::[0-9a-f]{1,4}){1,7})(?![\w:])/giu;

/**
 * Replaces host names and addresses, each always by the same word: `host-1`, `host-2`, … .
 * @param known by `hostsOf`; addresses are found in any text, too
 */
export function hostHider(known: readonly string[]): (text: string) => string {
  const words = new Map<string, string>();
  const wordOf = (host: string): string => {
    const word = words.get(host) ?? `host-${words.size + 1}`;
    words.set(host, word);
    return word;
  };
  // The longer first: `db.example.com` stands within `db.example.com.internal`.
  const names = known
    .toSorted((a, b) => b.length - a.length)
    .map((name) => ({
      name,
      pattern: new RegExp(`(?<![\\w.-])${escaped(name)}(?![\\w-])`, 'giu'),
    }));
  const hideAddress = (address: string): string =>
    COMMON.has(address) || OURS.test(address) ? address : wordOf(address);
  return (text) => {
    let clean = text;
    for (const { name, pattern } of names) clean = clean.replace(pattern, () => wordOf(name));
    return [CONNECTED, IPV4, IPV6].reduce(
      (shown, pattern) => shown.replace(pattern, hideAddress),
      clean,
    );
  };
}

function escaped(text: string): string {
  return text.replaceAll(/[$()*+.?[\\\]^{|}]/gu, '\\$&');
}
