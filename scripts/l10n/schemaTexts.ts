import { plainOf } from '../../src/topologyFile/documentation';

/** The text in the code's English → the one that stands in its place. */
type Translate = (english: string) => string;

type Json = Readonly<Record<string, unknown>>;

/** Every text of a JSON schema that an editor shows, each once, in the order of the schema. */
export function textsOfSchema(schema: Json): readonly string[] {
  const found = new Set<string>();
  mapTexts(schema, (text) => {
    found.add(text);
    return text;
  });
  return [...found];
}

/**
 * The same schema with other texts.
 * @param words the English text → the same in another language
 * @throws with what is missing, all at once
 */
export function translateSchema(schema: Json, words: Readonly<Record<string, string>>): Json {
  const missing = textsOfSchema(schema).filter((text) => !Object.hasOwn(words, text));
  if (missing.length > 0) throw new Error(`Not translated:\n${missing.join('\n')}`);
  return mapTexts(schema, (text) => words[text] ?? text);
}

/** What is for machines stays: names of keys, values, patterns, examples. */
function mapTexts(schema: Json, translate: Translate): Json {
  const entries = Object.entries(schema).map(([key, value]): [string, unknown] => {
    switch (key) {
      case 'title':
      case 'markdownDescription':
        return [key, translate(value as string)];
      case 'description': {
        const markdown = schema['markdownDescription'];
        return [
          key,
          markdown === undefined
            ? translate(value as string)
            : plainOf(translate(markdown as string)),
        ];
      }
      case 'enumDescriptions':
        return [key, (value as readonly string[]).map(translate)];
      case 'defaultSnippets':
        return [key, (value as readonly Json[]).map((snippet) => mapSnippet(snippet, translate))];
      // By their names, which may be those of texts.
      case 'properties':
        return [key, mapValues(value as Json, (child) => mapInside(child, translate))];
      case 'default':
      case 'examples':
      case 'enum':
        return [key, value];
      default:
        return [key, mapInside(value, translate)];
    }
  });
  return Object.fromEntries(entries);
}

function mapInside(value: unknown, translate: Translate): unknown {
  if (Array.isArray(value)) return value.map((child) => mapInside(child, translate));
  return isObject(value) ? mapTexts(value, translate) : value;
}

/** Its label and description; what it inserts is the same in every language, but for names in words. */
function mapSnippet(snippet: Json, translate: Translate): Json {
  return mapValues(snippet, (value, key) => {
    if (key === 'label' || key === 'description') return translate(value as string);
    return key === 'body' ? mapBody(value, translate) : value;
  });
}

function mapBody(body: unknown, translate: Translate): unknown {
  if (typeof body === 'string')
    return /^\$\{\d+:[^}]* [^}]*\}$/u.test(body) ? translate(body) : body;
  return isObject(body) ? mapValues(body, (value) => mapBody(value, translate)) : body;
}

function mapValues(object: Json, change: (value: unknown, key: string) => unknown): Json {
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => [key, change(value, key)]),
  );
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
