/**
 * A file's name as a word of a command to paste: quoted where the shell would read it as anything else. A name with control
 * characters cannot be pasted at all: FILE stands in its place.
 */
export function shellWord(name: string): string {
  if (name.startsWith('-') && name.length > 1) return shellWord(`./${name}`);
  if (/^[\w@%+=:,./-]+$/.test(name)) return name;
  if (/\p{Cc}/u.test(name)) return 'FILE';
  return `'${name.replaceAll("'", String.raw`'\''`)}'`;
}
