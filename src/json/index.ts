/** JSON with its digits and its places: what every layer but the practice portal may build on. */
export { decodeJson, decodePieces } from './decode.ts';
export { JsonSyntaxError, maxDepth, parseJson } from './parse.ts';
export { pointerStep } from './pointer.ts';
export { items, members, skipSpace, valueEnd, type Member, type Slice } from './scan.ts';
export { streamItems } from './stream.ts';
export { Decimal, isNumber, isObject, type JsonObject, type JsonValue } from './value.ts';
export { foldJson, writeJson } from './write.ts';
