import { BlueButtonError } from '../errors/index.ts';
import { readTokenSet, type TokenSet } from './token-set.ts';

/** Where tokens are kept, by the portal's name. */
export interface TokenStore {
  /**
   * Undefined when nothing is kept under the name.
   *
   * @throws BlueButtonError `login-needed` when what is kept cannot be read as tokens.
   */
  read(name: string): Promise<TokenSet | undefined>;
  /** Returns when the tokens are safe on disk: a rotated refresh token that is lost cannot be had again. */
  write(name: string, tokens: TokenSet): Promise<void>;
  remove(name: string): Promise<void>;
}

/** What keeps texts by name, safely: this layer knows no disk. */
export interface SecretTexts {
  /** As `--token-store` names it. */
  kind: string;
  read(name: string): Promise<string | undefined>;
  write(name: string, text: string): Promise<void>;
  remove(name: string): Promise<void>;
}

/** Tokens kept as JSON. */
export function tokenStoreOver(texts: SecretTexts): TokenStore {
  return {
    async read(name) {
      const text = await texts.read(name);
      if (text === undefined) return undefined;
      const tokens = readTokenSet(parsed(text));
      if (tokens) return tokens;
      throw new BlueButtonError('login-needed', `The saved sign-in of ${name} cannot be read.`, {
        why: `What is kept for it (${texts.kind}) does not hold tokens.`,
        try: `bluebutton login ${name} --token-store ${texts.kind}`,
      });
    },
    write: (name, tokens) => texts.write(name, `${JSON.stringify(tokens, null, 2)}\n`),
    remove: (name) => texts.remove(name),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
