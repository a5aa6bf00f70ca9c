export {
  BlueButtonError,
  messageOf,
  systemCodeOf,
  type ErrorCode,
  type ErrorParts,
} from './bluebutton-error.ts';
export { shellWord } from './shell-word.ts';
export { nearestWord } from './nearest-word.ts';
