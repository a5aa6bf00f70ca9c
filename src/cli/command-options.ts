/** Options that several commands have, and groups of them. */

export const archive = {
  flags: '--archive <dir>',
  description: 'folder of the archive (default: ~/health-records)',
};
export const json = { flags: '--json', description: 'answer in JSON' };
export const quiet = { flags: '-q, --quiet', description: 'print nothing when all is well' };
export const patient = {
  flags: '--patient <id>',
  description: 'whose record, when a file holds several patients',
};
export const person = { flags: '--person <name>', description: 'whose record, by folder name or full name' };
export const asOf = {
  flags: '--as-of <moment>',
  description:
    'the archive as it was at the end of a date (2026, 2026-11, 2026-11-22), or after a bag (see log)',
};
export const passwordFile = {
  flags: '--password-file <file>',
  description: 'file whose first line opens protected zip archives',
};
export const noInput = { flags: '--no-input', description: 'ask nothing: refuse instead' };
export const section = {
  flags: '--section <name>',
  description: 'only this section; may be repeated',
  repeats: true,
};
export const format = {
  flags: '--format <format>',
  description: 'how to show it',
  choices: ['text', 'markdown', 'json', 'ndjson', 'csv', 'fhir'],
};
export const codeTable = {
  flags: '--code-table <file>',
  description: 'name codes that come without a name: CSV with code, system and display; may be repeated',
  repeats: true,
};
export const reading = [
  patient,
  person,
  archive,
  asOf,
  section,
  passwordFile,
  noInput,
  format,
  json,
  codeTable,
  { flags: '--no-color', description: 'no colours' },
];
export const tokenStore = {
  flags: '--token-store <where>',
  description:
    'where sign-in tokens live: sealed by the keychain or a passphrase, or in a file (0600), or nowhere',
  choices: ['keychain', 'passphrase', 'file', 'memory'],
};
export const passphraseFile = {
  flags: '--passphrase-file <file>',
  description: 'file whose first line opens the passphrase store',
};
export const keeping = [tokenStore, passphraseFile, noInput];
export const clientSecret = {
  flags: '--client-secret-file <file>',
  description: 'file whose first line is the client secret; it is kept with the sign-in',
};
export const network = [
  {
    flags: '--ca <file>',
    description: 'trust the certificates in this PEM file too: of a proxy, or of a clinic’s own server',
  },
  {
    flags: '-v, --verbose',
    description: 'tell of each request: where it goes and how it ends, no names, values or tokens',
  },
];
export const signingIn = [
  ...keeping,
  clientSecret,
  { flags: '--browser', description: 'open the sign-in address in the browser (default)' },
  { flags: '--no-browser', description: 'print the sign-in address, do not open it' },
  {
    flags: '--redirect-port <port>',
    description: 'port on 127.0.0.1 the portal sends the answer to (default: a free one)',
  },
  { flags: '--timeout <seconds>', description: 'how long to wait for the sign-in (default: 300)' },
];
