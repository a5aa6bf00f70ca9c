import type { CommandModule } from '../commands/command.ts';

/** One option of a command. `flags` is in commander's notation: `<file...>` takes one or more values. */
export interface OptionEntry {
  flags: string;
  description: string;
  /** True when it may be given several times. */
  repeats?: boolean;
  choices?: readonly string[];
}

/** One command: everything help, completion and documentation need, and how to load its logic. */
export interface CommandEntry {
  name: string;
  alias?: string;
  /** Commander's notation: `<name>` required, `[files...]` any number. */
  arguments?: string;
  summary: string;
  options: readonly OptionEntry[];
  examples: readonly string[];
  /** Subcommands; a command has either these or `load`. */
  commands?: readonly CommandEntry[];
  load?: () => Promise<CommandModule>;
}

const archive = {
  flags: '--archive <dir>',
  description: 'folder of the archive (default: ~/health-records)',
};
const json = { flags: '--json', description: 'answer in JSON' };
const quiet = { flags: '-q, --quiet', description: 'print nothing when all is well' };
const patient = { flags: '--patient <id>', description: 'whose record, when a file holds several patients' };
const person = { flags: '--person <name>', description: 'whose record, by folder name or full name' };
const passwordFile = {
  flags: '--password-file <file>',
  description: 'file whose first line opens protected zip archives',
};
const noInput = { flags: '--no-input', description: 'ask nothing: refuse instead' };
const section = {
  flags: '--section <name>',
  description: 'only this section; may be repeated',
  repeats: true,
};
const format = {
  flags: '--format <format>',
  description: 'how to show it',
  choices: ['text', 'markdown', 'json', 'ndjson', 'csv', 'fhir'],
};
const codeTable = {
  flags: '--code-table <file>',
  description: 'name codes that come without a name: CSV with code, system and display; may be repeated',
  repeats: true,
};
const reading = [
  patient,
  person,
  archive,
  section,
  passwordFile,
  noInput,
  format,
  json,
  codeTable,
  { flags: '--no-color', description: 'no colours' },
];
const tokenStore = {
  flags: '--token-store <where>',
  description:
    'where sign-in tokens live: sealed by the keychain or a passphrase, or in a file (0600), or nowhere',
  choices: ['keychain', 'passphrase', 'file', 'memory'],
};
const passphraseFile = {
  flags: '--passphrase-file <file>',
  description: 'file whose first line opens the passphrase store',
};
const keeping = [tokenStore, passphraseFile, noInput];
const clientSecret = {
  flags: '--client-secret-file <file>',
  description: 'file whose first line is the client secret; it is kept with the sign-in',
};
const network = [
  {
    flags: '--ca <file>',
    description: 'trust the certificates in this PEM file too: of a proxy, or of a clinic’s own server',
  },
  {
    flags: '-v, --verbose',
    description: 'tell of each request: where it goes and how it ends, no names, values or tokens',
  },
];
const signingIn = [
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

/** Every command, in the order help lists them. */
export const commandTable: readonly CommandEntry[] = [
  {
    name: 'show',
    arguments: '[files...]',
    summary: 'show a record: files given, - for standard input, or the archive',
    options: [
      ...reading,
      { flags: '--sources', description: 'name the file, line and place each row comes from' },
      {
        flags: '--as-written',
        description: 'tell what documents say in words of each section, beside its rows',
      },
      { flags: '--document <id>', description: 'show one document of the record' },
    ],
    examples: [
      'bluebutton show record.json',
      'bluebutton show visit.xml --sources',
      'bluebutton show record.json --section allergies',
      'bluebutton show notes',
      'bluebutton show claims.json --code-table my-codes.csv',
      'bluebutton show --json',
    ],
    load: () => import('../commands/show.ts'),
  },
  {
    name: 'summary',
    arguments: '[files...]',
    summary: 'show the one page a doctor asks for first',
    options: [
      patient,
      person,
      archive,
      passwordFile,
      noInput,
      json,
      codeTable,
      { flags: '--no-color', description: 'no colours' },
    ],
    examples: ['bluebutton summary', 'bluebutton summary record.json'],
    load: () => import('../commands/summary.ts'),
  },
  {
    name: 'convert',
    arguments: '[files...]',
    summary: 'write a record as JSON, NDJSON, CSV, Markdown or FHIR',
    options: [
      { ...format, flags: '--to <format>', description: 'what to write' },
      {
        flags: '-o, --output <file>',
        description: 'file to write (for csv without --section: a folder); - is standard output',
      },
      { flags: '--force', description: 'overwrite an existing file' },
      patient,
      person,
      archive,
      section,
      passwordFile,
      noInput,
      codeTable,
    ],
    examples: [
      'bluebutton convert record.json --to markdown',
      'bluebutton convert --to csv --section results -o results.csv',
    ],
    load: () => import('../commands/convert.ts'),
  },
  {
    name: 'portals',
    summary: 'find, name and explain the portals to pull from',
    options: [],
    examples: ['bluebutton portals list'],
    commands: [
      {
        name: 'list',
        summary: 'list the portals named and the directories added',
        options: [json],
        examples: ['bluebutton portals list'],
        load: () => import('../commands/portals-list.ts'),
      },
      {
        name: 'find',
        arguments: '<words...>',
        summary: 'look for portals by name, city, state or website; nothing is asked over the network',
        options: [{ flags: '--limit <number>', description: 'how many to show (default: 20)' }, json],
        examples: ['bluebutton portals find medicare', 'bluebutton portals find riverside springfield'],
        load: () => import('../commands/portals-find.ts'),
      },
      {
        name: 'add',
        arguments: '<name> [url]',
        summary: 'name a portal by its FHIR base URL and tell what it is',
        options: [
          { flags: '--client-id <id>', description: 'the client id the portal gave you; may follow later' },
          {
            flags: '--client <kind>',
            description:
              'how the client proves itself: by its id alone, a secret, a key; or registers itself',
            choices: ['public', 'secret', 'key', 'dynamic'],
          },
          {
            flags: '--auth <how>',
            description: 'how a client secret is sent (default: as the portal says)',
            choices: ['basic', 'post'],
          },
          {
            flags: '--redirect-uri <url>',
            description: 'the registered redirect address, where it is not http://127.0.0.1:PORT/callback',
          },
          { flags: '--vendor <id>', description: 'whose manners to expect, where detection is wrong' },
          {
            flags: '--scope <scopes>',
            description: 'scopes to ask for, in place of the ones worked out from the portal',
          },
          ...network,
          json,
        ],
        examples: [
          'bluebutton portals add medicare-sandbox --client-id my-app --client secret',
          'bluebutton portals add clinic https://fhir.example.org/r4 --client-id my-app',
        ],
        load: () => import('../commands/portals-add.ts'),
      },
      {
        name: 'explain',
        arguments: '<name>',
        summary: 'tell what is still missing before you can sign in to a portal',
        options: [{ flags: '--offline', description: 'ask nothing over the network' }, ...network, json],
        examples: ['bluebutton portals explain medicare-sandbox'],
        load: () => import('../commands/portals-explain.ts'),
      },
      {
        name: 'add-directory',
        arguments: '<source>',
        summary: 'add a list of hospitals and clinics for find: the address or file of a brands bundle',
        options: [
          { flags: '--name <name>', description: 'what to call it (default: after its address)' },
          ...network,
          json,
        ],
        examples: ['bluebutton portals add-directory https://open.epic.com/Endpoints/Brands'],
        load: () => import('../commands/portals-add-directory.ts'),
      },
      {
        name: 'remove-directory',
        arguments: '<name>',
        summary: 'forget such a list; portals that were named stay',
        options: [json],
        examples: ['bluebutton portals remove-directory open-epic-com-brands'],
        load: () => import('../commands/portals-remove-directory.ts'),
      },
      {
        name: 'remove',
        arguments: '<name>',
        summary: 'forget a portal and its sign-in; records already pulled stay',
        options: [json],
        examples: ['bluebutton portals remove clinic'],
        load: () => import('../commands/portals-remove.ts'),
      },
    ],
  },
  {
    name: 'login',
    arguments: '<portal>',
    summary: 'sign in to a portal in the browser',
    options: [...signingIn, ...network, json],
    examples: ['bluebutton login clinic --token-store file'],
    load: () => import('../commands/login.ts'),
  },
  {
    name: 'logout',
    arguments: '<portal>',
    summary: 'end a sign-in at the portal and forget it here; records stay',
    options: [
      { flags: '--local', description: 'forget it here alone; the portal is not asked' },
      clientSecret,
      ...network,
      json,
    ],
    examples: ['bluebutton logout clinic'],
    load: () => import('../commands/logout.ts'),
  },
  {
    name: 'pull',
    alias: 'download',
    arguments: '[portals...]',
    summary: 'download everything new from portals into the archive',
    options: [
      archive,
      person,
      { flags: '-n, --dry-run', description: 'only tell what would be asked' },
      {
        flags: '--accept-gaps',
        description: 'accept what does not come this time: the same gaps no longer make the exit status 3',
      },
      { flags: '--full', description: 'ask for everything, not only for what is new since the last pull' },
      { flags: '--ccd', description: 'have the portal make a new summary document (else once a month)' },
      { flags: '--everything', description: 'ask for all at once (Patient/$everything), where offered' },
      ...signingIn,
      ...network,
      quiet,
      json,
    ],
    examples: ['bluebutton pull', 'bluebutton pull clinic', 'bluebutton pull clinic --dry-run'],
    load: () => import('../commands/pull.ts'),
  },
  {
    name: 'keys',
    summary: 'make the keys this client proves itself with, where a portal takes them',
    options: [],
    examples: ['bluebutton keys list'],
    commands: [
      {
        name: 'create',
        summary: 'make a key and keep it',
        options: [
          {
            flags: '--alg <algorithm>',
            description: 'kind of key (default: ES384)',
            choices: ['ES384', 'RS384'],
          },
          { flags: '--new', description: 'make another beside those there are' },
          ...keeping,
          json,
        ],
        examples: ['bluebutton keys create --token-store file'],
        load: () => import('../commands/keys-create.ts'),
      },
      {
        name: 'show',
        summary: 'print the public keys as a JWK Set, to be registered with a portal',
        options: [
          { flags: '-o, --output <file>', description: 'file to write; - is standard output' },
          { flags: '--force', description: 'overwrite an existing file' },
          passphraseFile,
          noInput,
        ],
        examples: ['bluebutton keys show', 'bluebutton keys show -o jwks.json'],
        load: () => import('../commands/keys-show.ts'),
      },
      {
        name: 'list',
        summary: 'list the keys',
        options: [passphraseFile, noInput, json],
        examples: ['bluebutton keys list'],
        load: () => import('../commands/keys-list.ts'),
      },
      {
        name: 'remove',
        arguments: '[kid]',
        summary: 'forget a key; portals it is registered with take it no more',
        options: [{ flags: '--all', description: 'forget all of them' }, passphraseFile, noInput, json],
        examples: ['bluebutton keys remove KID', 'bluebutton keys remove --all'],
        load: () => import('../commands/keys-remove.ts'),
      },
    ],
  },
  {
    name: 'import',
    arguments: '<files...>',
    summary: 'keep files, or everything in folders, in the archive, as they are',
    options: [
      archive,
      person,
      patient,
      {
        flags: '--as-document',
        description: 'keep a file that is no record (a photo, a scan) without reading it',
      },
      { flags: '--title <text>', description: 'title of a file kept as a document (default: its name)' },
      {
        flags: '--date <date>',
        description: 'date of a file kept as a document: YYYY, YYYY-MM or YYYY-MM-DD',
      },
      passwordFile,
      noInput,
      quiet,
      json,
    ],
    examples: [
      'bluebutton import record.json',
      'bluebutton import Downloads',
      'bluebutton import result.json --person "Jane Doe"',
      'bluebutton import scan.jpg --as-document --date 2024-03-05 --title "Chest X-ray" --person "Jane Doe"',
    ],
    load: () => import('../commands/import.ts'),
  },
  {
    name: 'status',
    summary: 'show what the archive holds and which sign-ins there are',
    options: [archive, passphraseFile, json],
    examples: ['bluebutton status'],
    load: () => import('../commands/status.ts'),
  },
  {
    name: 'verify',
    summary: 'check every byte of the archive',
    options: [archive, quiet, json],
    examples: ['bluebutton verify'],
    load: () => import('../commands/verify.ts'),
  },
  {
    name: 'doctor',
    summary: 'show every setting, where it comes from, and what is wrong',
    options: [archive, json],
    examples: ['bluebutton doctor'],
    load: () => import('../commands/doctor.ts'),
  },
  {
    name: 'sandbox',
    summary: 'run a practice portal on this computer',
    options: [
      {
        flags: '--data <file...>',
        description: 'FHIR R4 files to serve, read again when they change (default: a made-up person)',
      },
      { flags: '--port <port>', description: 'port on 127.0.0.1 (default: a free one)' },
      { flags: '--log <file>', description: 'write every request to this file, one JSON object a line' },
      {
        flags: '--profile <name>',
        description: 'whose manners it shows (default: open)',
        choices: ['open', 'strict', 'medicare', 'va', 'epic', 'oracle', 'athena'],
      },
      {
        flags: '--fault <name...>',
        description: 'misbehave: NAME, or NAME@WHERE*COUNT; see --list-faults',
      },
      { flags: '--list-faults', description: 'list every fault there is, and end' },
      {
        flags: '--client-jwks <file>',
        description: 'public keys (JWK Set) of the client id key-client',
      },
      {
        flags: '--refuse <type...>',
        description: 'resource types, or single resources (Type/id), to answer 403',
      },
      json,
    ],
    examples: ['bluebutton sandbox', 'bluebutton sandbox --data record.json --refuse Coverage'],
    load: () => import('../commands/sandbox.ts'),
  },
  {
    name: 'demo',
    summary: 'try everything on the practice portal, in a temporary folder',
    options: [{ flags: '--keep <dir>', description: 'keep the archive and the outputs in this new folder' }],
    examples: ['bluebutton demo'],
    load: () => import('../commands/demo.ts'),
  },
];
