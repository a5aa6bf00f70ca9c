/** The practice portal: a SMART on FHIR patient portal on loopback, sharing no code with the client it tests. */
export type { DataText, Fields, LogEntry, SandboxOptions, Served } from './options.ts';
export type { Client } from './clients.ts';
export { readKeys } from './keys.ts';
export { startSandbox, type Sandbox } from './sandbox.ts';
export { faultTable, type Fault } from './fault-switches.ts';
export { fhirWords, isFhirWord, type FhirWord } from './releases.ts';
export { isProfileName, profileNames, type ProfileName } from './profiles.ts';
