import type { Elsewhere } from './elsewhere.ts';
import type { FaultSwitches } from './fault-switches.ts';
import type { Clients } from './clients.ts';
import type { ProfileName } from './profiles.ts';
import type { Grants } from './grants.ts';
import type { SigningKey } from './id-token.ts';
import type { Manners } from './manners.ts';
import type { Searches } from './searches.ts';
import type { Records } from './records.ts';
import type { FhirWord } from './releases.ts';
import type { SearchType } from './resource-types.ts';

/** All that answering a request needs: the addresses, the records, the open grants and searches. */
export interface Portal {
  /** `http://127.0.0.1:PORT` */
  origin: string;
  /** `http://127.0.0.1:PORT/fhir`; at Medicare `/v2/fhir` */
  baseUrl: string;
  records: Records;
  /** The types served; undefined where a type is read by id only. */
  types: ReadonlyMap<string, SearchType | undefined>;
  clients: Clients;
  grants: Grants;
  signingKey: SigningKey;
  /** Life of an access token. */
  accessTokenSeconds: number;
  searches: Searches;
  /** Types answered 403, and single resources (`Type/id`) that are. */
  refuse: ReadonlySet<string>;
  profile: ProfileName;
  /** The release of FHIR it speaks. */
  fhir: FhirWord;
  /** How the profile signs people in. */
  manners: Manners;
  faults: FaultSwitches;
  /** Matches a page, in place of the profile's own. */
  pageSize: number | undefined;
  /** Another origin, where a fault needs one. */
  elsewhere: Elsewhere | undefined;
  /** Takes the data in again where it has changed; called before each answer. */
  refresh?: () => Promise<void>;
  /** When the portal took the data in. */
  started: Date;
  now: () => Date;
}
