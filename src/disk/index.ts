/** Writing that survives a kill and a power cut, and one process at a time. It knows nothing of what is written. */
export { makeDirectory, syncDirectory, writeDurably, writeStreamDurably } from './durable.ts';
export { takeLock, type HeldBy, type LockHolder, type ProcessLock } from './process-lock.ts';
export { removeReplaced, replaceFile } from './replace-file.ts';
