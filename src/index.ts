/** Reading and converting health records from a program of your own. */
export { bytesInMemory, formats, recognize, type ByteSource, type Format } from './formats/index.ts';
export {
  buildRecord,
  patientsOf,
  sectionNames,
  sections,
  type BuiltRecord,
  type Entry,
  type Finding,
  type HealthRecord,
  type Origin,
  type Person,
  type Reading,
  type Row,
  type Source,
} from './model/index.ts';
export { renderCsv, renderers, type Renderer, type RenderOptions } from './render/index.ts';
export { listPeople, openArchive, readState, verifyArchive } from './archive/index.ts';
