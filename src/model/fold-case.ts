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

/** Lower case without accents: `Müller` and `MULLER` fold alike. Other scripts stay as they are. */
export function foldCase(text: string): string {
  return text
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .replace(/[ßæœøđðþłı]/g, (letter) => folded[letter] ?? letter);
}
