/**
 * A password as SCRAM takes it (SASLprep, RFC 4013), the way libpq does: one that holds what the profile prohibits is
 * taken as it is. Characters that Unicode 3.2 did not have are not looked for: normalising leaves them alone.
 */
export function saslPrep(password: string): string {
  const prepared = password
    .replaceAll(NON_ASCII_SPACE, ' ')
    .replaceAll(MAPPED_TO_NOTHING, '')
    .normalize('NFKC');
  return prepared === '' || PROHIBITED.test(prepared) ? password : prepared;
}

/** RFC 3454, table C.1.2. */
const NON_ASCII_SPACE = /[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000]/gu;
/** RFC 3454, table B.1. */
const MAPPED_TO_NOTHING =
  /\u00ad|\u034f|\u1806|[\u180b-\u180d]|\u200c|\u200d|\u2060|[\ufe00-\ufe0f]|\ufeff/gu;
/** RFC 3454, tables C.2.1 to C.9: controls, private use, non-characters, surrogates, marks of direction and tags. */
const PROHIBITED =
  /[\p{Cc}\p{Co}\p{Cs}\p{Noncharacter_Code_Point}\u06dd\u070f\u180e\u2028\u2029\u2061-\u2063\u206a-\u206f\ufff9-\ufffd\u2ff0-\u2ffb\u200e\u200f\u202a-\u202e\u{1d173}-\u{1d17a}\u{e0001}\u{e0020}-\u{e007f}]|[\u0340-\u0341]/u;
