/** Source documents and the files they are kept in: a folder of BagIt bags that can be read without this tool. */
export { BrokenOffPull } from './broken-off-pull.ts';
export { archiveFormat, createArchive, openArchive, type Archive } from './archive.ts';
export { headOf, type Bag, type BagLink } from './chain.ts';
export { exportArchive } from './export.ts';
export { fileBytes, memoryBytes, type StoredBytes } from './file-bytes.ts';
export { forget, planForgetting, type ForgetPlan } from './forget.ts';
export { findPerson, type PortalPatient } from './identity.ts';
export {
  beginImport,
  type ImportDraft,
  type ImportedFile,
  type ImportResult,
  type ImportSubject,
} from './import-draft.ts';
export { lockArchive, type Lock } from './lock.ts';
export type { LockHolder } from '../disk/index.ts';
export {
  datedBags,
  personAsOf,
  readContents,
  upToBag,
  upToInstant,
  withBags,
  type BagContents,
  type DatedBag,
  type NamedBag,
} from './history.ts';
export {
  changesBetween,
  type ResourceTurn,
  type SourceChanges,
  type Turn,
  type VersionAt,
} from './history-changes.ts';
export { versionsOf, type VersionEvent } from './history-versions.ts';
export {
  listImports,
  listPeople,
  type PersonFolder,
  type SourceFolder,
  type StatedImport,
} from './people.ts';
export {
  beginPull,
  type Outcome,
  type PullCounts,
  type PullDraft,
  type PullResult,
  type PullSubject,
} from './pull-draft.ts';
export type { Problem, Verification } from './report.ts';
export { restoreArchive } from './restore.ts';
export type { PortalDescription, SourceDescription } from './source-file.ts';
export {
  proveStored,
  readState,
  type ArchivedAttachment,
  type ArchivedDocument,
  type ArchivedImport,
  type ArchivedResource,
  type ArchiveState,
  type SourceState,
} from './state.ts';
export { verifyArchive } from './verify.ts';
export { stableForm } from './volatile-fields.ts';
export { compareWithCopy, type CopyFindings, type Mend } from './verify-from.ts';
