/** Letters that Unicode does not take apart into an ASCII letter and marks. */
const folded: Record<string, string> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ł: 'l',
  ı: 'i',
};

const longest = 60;

/** Lower case without accents: `Müller` and `MULLER` fold alike. Other scripts stay as they are. */
export function foldCase(text: string): string {
  return text
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .replace(/[ßæœøđðþłı]/g, (letter) => folded[letter] ?? letter);
}

/**
 * A name for a file or folder: only `a-z`, `0-9` and single hyphens inside, at most 60 characters; empty when the text
 * has no such letter. Nothing of a title or a URL reaches a path in any other way.
 */
export function slug(text: string): string {
  return foldCase(text)
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, longest)
    .replace(/^-+|-+$/g, '');
}
