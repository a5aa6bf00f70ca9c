export { configFile, readConfig, type Config } from './config-file.ts';
export {
  confirmDirectory,
  directoryLines,
  draftDirectory,
  readDirectories,
  removeDirectory,
  type CachedDirectory,
  type DirectoryDraft,
} from './directories.ts';
export { forgetLastCheck, readLastChecks, writeLastCheck } from './last-checks.ts';
export { placesOf, type Environment, type Places } from './places.ts';
export { readPortalFacts, writePortalFacts, type PortalFacts } from './portal-facts.ts';
export {
  clientIdOf,
  portalName,
  portalNamed,
  readPortals,
  writePortals,
  type NamedPortal,
} from './portals.ts';
export {
  resolveSetting,
  type ResolvedSetting,
  type SettingOrigin,
  type SettingSources,
} from './resolve-setting.ts';
export {
  settingNames,
  settingTable,
  variableOf,
  type SettingName,
  type SettingValue,
} from './setting-table.ts';
export { forgetSyncPoints, readSyncPoints, writeSyncPoints, type SyncPoints } from './sync-points.ts';
