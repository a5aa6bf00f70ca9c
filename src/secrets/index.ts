/** Where secrets live: the tokens of sign-ins and the keys of this client, by name, in the store the person chose. */
export {
  addClientKey,
  clientKeyAlgorithms,
  publicKeySet,
  readClientKey,
  readClientKeys,
  writeClientKeys,
  type ClientKey,
} from './client-keys.ts';
export { keychainAnswers } from './keychain.ts';
export { keychainSecretStore } from './keychain-store.ts';
export { passphraseSecretStore, type AskPassphrase } from './passphrase-store.ts';
export { fileSecretStore, keptKinds, removeOthers } from './secret-files.ts';
export {
  clientKeysName,
  makeAgain,
  memorySecretStore,
  storeChoices,
  type KeptKind,
  type SecretStore,
  type SecretStoreKind,
} from './secret-store.ts';
