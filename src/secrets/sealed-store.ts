import { BlueButtonError } from '../errors/index.ts';
import type { SecretFiles } from './secret-files.ts';
import { replaceLost, type SecretStore } from './secret-store.ts';
import { readSealed, seal, unseal, type KeyNote, type SealedText, type SealingKey } from './sealed-text.ts';

/** Where the keys of sealed texts come from. */
export interface KeySource {
  /**
   * The key a new text is sealed with. `others` are the texts already sealed this way.
   *
   * @throws BlueButtonError
   */
  sealing(name: string, others: () => Promise<SealedText[]>): Promise<SealingKey>;
  /**
   * The key that opens what was sealed under the note.
   *
   * @throws BlueButtonError
   */
  opening(name: string, note: KeyNote): Promise<Buffer>;
}

/** Keeps texts sealed in files; the key comes from elsewhere. */
export function sealedStore(files: SecretFiles, keys: KeySource): SecretStore {
  const { kind, remove, names } = files;
  const others = async (): Promise<SealedText[]> => {
    const texts = await Promise.all((await names()).map((name) => files.read(name)));
    return texts.flatMap((text) => (text === undefined ? [] : (readSealed(text) ?? [])));
  };
  return {
    kind,
    remove,
    names,
    ready: async (name) => void (await keys.sealing(name, others)),
    async read(name) {
      const file = await files.read(name);
      if (file === undefined) return undefined;
      const sealed = readSealed(file);
      if (sealed?.key.from !== kind) throw damaged(name, files, 'It is not a sealed file of this tool.');
      const text = unseal(sealed, name, await keys.opening(name, sealed.key));
      if (text === undefined) {
        throw damaged(name, files, 'Its key is right, but its bytes are not as they were sealed.');
      }
      return text;
    },
    async write(name, text) {
      await files.write(name, seal(text, name, await keys.sealing(name, others)));
    },
  };
}

function damaged(name: string, files: SecretFiles, why: string): BlueButtonError {
  return new BlueButtonError('login-needed', `${files.pathOf(name)} is damaged and cannot be opened.`, {
    why: `${why}\nIt may have been changed by somebody or something else.`,
    try: replaceLost(name, files.kind),
  });
}
