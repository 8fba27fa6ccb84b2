import type { Words } from '../src/core/words';

/** The language of the page: its host writes the words into it, or none for English. */
export const WORDS: Words | null = readWords();

function readWords(): Words | null {
  const text = document.getElementById('words')?.textContent ?? '';
  return text === '' ? null : (JSON.parse(text) as Words);
}
