export { readLastChecks, writeLastCheck } from './last-checks.ts';
export { archiveDirectory, placesOf, resolveSetting, type Environment, type Places } from './places.ts';
export { portalName, portalNamed, readPortals, writePortals, type NamedPortal } from './portals.ts';
