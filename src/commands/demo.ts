import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { BlueButtonError, systemCodeOf } from '../errors/index.ts';
import { startCommand, typed, type ChildCommand } from './child-command.ts';
import { textOption, type CommandInput } from './command.ts';
import type { Context, Outcome } from './context.ts';

/** The commands of the demo after sign-in, as a person would type them. */
const steps: readonly (readonly string[])[] = [
  ['pull', 'practice'],
  ['verify'],
  ['summary'],
  ['convert', '--to', 'json', '-o', 'record.json'],
  ['convert', '--to', 'csv', '-o', 'csv'],
  ['convert', '--to', 'markdown', '-o', 'record.md'],
  ['pull', 'practice'],
];

/**
 * Shows the main job on the practice portal with the very commands a person would type, each printed before it runs,
 * in a folder of its own that is removed afterwards unless `--keep` names one.
 */
export async function run(input: CommandInput, context: Context): Promise<Outcome> {
  const kept = textOption(input, 'keep');
  const folder =
    kept === undefined ? await mkdtemp(join(tmpdir(), 'bluebutton-demo-')) : resolve(context.cwd, kept);
  if (kept !== undefined)
    await mkdir(folder, { mode: 0o700 }).catch((cause: unknown) => refuseFolder(kept, cause));
  const stage = new Stage(folder, context);
  try {
    context.out.write(
      'A made-up person, a practice portal on this computer, and the commands you would type.\n',
    );
    const baseUrl = await stage.openPortal();
    await stage.step(['portals', 'add', 'practice', baseUrl, '--client-id', 'practice']);
    await stage.signIn(['login', 'practice', '--token-store', 'file', '--no-browser']);
    for (const words of steps) await stage.step(words);
    context.out.write(
      kept === undefined
        ? '\nThat was all of it; the demo folder is removed again. Keep it next time: bluebutton demo --keep FOLDER\n'
        : `\nThe archive and the outputs are in ${folder}\n`,
    );
    return 'done';
  } finally {
    await stage.closePortal();
    if (kept === undefined) await rm(folder, { recursive: true, force: true });
  }
}

/** The demo's world: a folder that is home to the commands, and the practice portal beside them. */
class Stage {
  readonly #folder: string;
  readonly #context: Context;
  readonly #env: Record<string, string>;
  #portal: ChildCommand | undefined;

  constructor(folder: string, context: Context) {
    this.#folder = folder;
    this.#context = context;
    // The person's own settings, sign-ins and archive stay out of it.
    const inherited = Object.entries(context.env).flatMap(([name, value]): [string, string][] =>
      value === undefined || name.startsWith('BLUEBUTTON_') || name.startsWith('XDG_') ? [] : [[name, value]],
    );
    this.#env = {
      ...Object.fromEntries(inherited),
      HOME: folder,
      COLUMNS: String(context.out.width),
      ...(context.out.colour ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' }),
    };
  }

  /** Starts the practice portal and returns its FHIR base URL. */
  async openPortal(): Promise<string> {
    const words = ['sandbox', '--log', 'sandbox.log'];
    this.#show(words);
    const portal = this.#start([...words, '--json'], { onOut: () => undefined, onErr: () => undefined });
    this.#portal = portal;
    const [line = ''] = await firstLine(portal);
    const said: unknown = JSON.parse(line);
    const baseUrl = typeof said === 'object' && said !== null && 'baseUrl' in said ? said.baseUrl : undefined;
    if (typeof baseUrl !== 'string') throw didNotStart();
    this.#context.out.write(`The practice portal is at ${baseUrl}\n`);
    return baseUrl;
  }

  async closePortal(): Promise<void> {
    this.#portal?.child.kill('SIGTERM');
    await this.#portal?.ended.catch(() => undefined);
  }

  /** Runs one command; stops the demo when it does not succeed. */
  async step(words: readonly string[]): Promise<void> {
    this.#show(words);
    await this.#finish(words, this.#start(words, this.#handOn()));
  }

  /** Runs `login` and answers the portal's consent page as its button "Allow" would. */
  async signIn(words: readonly string[]): Promise<void> {
    this.#show(words);
    const { out, err } = this.#context;
    let heard = '';
    let answered: Promise<void> | undefined;
    const onErr = (text: string): void => {
      err.write(text);
      heard += text;
      const address = /^ {2}(http:\/\/127\.0\.0\.1:\S+)$/m.exec(heard)?.[1];
      if (address === undefined || answered) return;
      out.write('(The demo answers the consent page for you: Allow.)\n');
      answered = allow(address);
    };
    const login = this.#start(words, { ...this.#handOn(), onErr });
    await this.#finish(words, login);
    await answered;
  }

  async #finish(words: readonly string[], command: ChildCommand): Promise<void> {
    const stop = (): boolean => command.child.kill('SIGINT');
    this.#context.signal.addEventListener('abort', stop);
    const status = await command.ended;
    this.#context.signal.removeEventListener('abort', stop);
    this.#context.signal.throwIfAborted();
    if (status === 0) return;
    throw new BlueButtonError('failed', 'The demo stopped.', {
      why: `${typed(words)} ended with status ${status}; what it said stands above.`,
      try: 'bluebutton demo, once more; if it stays, please report it with what it printed',
    });
  }

  #show(words: readonly string[]): void {
    this.#context.out.write(`\n$ ${typed(words)}\n`);
  }

  #handOn(): { onOut: (text: string) => void; onErr: (text: string) => void } {
    const { out, err } = this.#context;
    return { onOut: (text) => out.write(text), onErr: (text) => err.write(text) };
  }

  #start(
    words: readonly string[],
    listeners: { onOut: (text: string) => void; onErr: (text: string) => void },
  ): ChildCommand {
    return startCommand(words, this.#context, { env: this.#env, cwd: this.#folder, ...listeners });
  }
}

/** Posts the consent form's own answer to the very address a browser would open, and follows it back to `login`. */
async function allow(address: string): Promise<void> {
  await fetch(address, { method: 'POST', body: new URLSearchParams({ decision: 'allow' }) });
}

function firstLine({ child, ended }: ChildCommand): Promise<string[]> {
  return new Promise((resolveLine, reject) => {
    let text = '';
    child.stdout.on('data', (piece: string) => {
      text += piece;
      if (text.includes('\n')) resolveLine(text.split('\n'));
    });
    ended.then(() => reject(didNotStart()), reject);
  });
}

function didNotStart(): BlueButtonError {
  return new BlueButtonError('failed', 'The practice portal did not start.', {
    why: 'It ended without saying where it is.',
    try: 'bluebutton sandbox, to see what it says',
  });
}

function refuseFolder(folder: string, cause: unknown): never {
  throw new BlueButtonError('usage', `${folder} could not be made as a new folder.`, {
    why: `The system says ${systemCodeOf(cause) ?? 'nothing more'}.`,
    try: 'bluebutton demo --keep NEW-FOLDER',
    cause,
  });
}
