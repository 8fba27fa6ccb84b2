const HIDDEN = '***';

/** Each rule keeps what tells where the secret stood, and replaces the secret alone. */
const RULES: readonly (readonly [RegExp, string])[] = [
  // Userinfo of a URL: everything between the first colon and the last @ before the path. Begun nowhere but at a scheme's first letter: long text is read once.
  [/((?<![a-z0-9+.-])[a-z0-9+.-]+:\/\/[^\s:/@]*):[^\s/]*@/gi, `$1:${HIDDEN}@`],
  // key=value and "key": "value", the value bare or quoted; also PGPASSWORD=… and sslpassword=….
  [
    /((?:password|passwd|pwd)["']?\s*[=:]\s*)(?:''(?:[^'\\]|\\.)+''|'(?:[^'\\]|\\.|'')*'?|"(?:[^"\\]|\\.)*"?|[^\s'",;&]+)/gi,
    `$1${HIDDEN}`,
  ],
  // PASSWORD '…' as CREATE ROLE and ALTER ROLE write it.
  [/(\bpassword\s+)(?:'(?:[^'\\]|\\.|'')*'?|"(?:[^"\\]|\\.)*"?)/gi, `$1${HIDDEN}`],
  // Verifiers and messages of SCRAM, and MD5 hashes, as pg_authid holds them.
  [/SCRAM-SHA-256\$[^\s'"]*/g, `SCRAM-SHA-256$${HIDDEN}`],
  [/\b[cnrspv]=[A-Za-z0-9+/=]{16,}(?:,[a-z]=[^\s,'"]*)*/g, HIDDEN],
  [/\bmd5[0-9a-f]{32}\b/gi, HIDDEN],
];

/**
 * Takes secrets out of text on its way to a message or the log: passwords in URLs, conninfo strings, environment
 * assignments and SQL, and SCRAM and MD5 verifiers.
 * @param secrets literal values known to be secret, replaced wherever they stand; shorter ones than four characters are
 *   left to the patterns, since they would tear ordinary words.
 */
export function redact(text: string, secrets: readonly string[] = []): string {
  let clean = text;
  for (const secret of secrets) {
    if (secret.length >= 4) clean = clean.replaceAll(secret, HIDDEN);
  }
  for (const [pattern, replacement] of RULES) clean = clean.replace(pattern, replacement);
  return clean;
}
