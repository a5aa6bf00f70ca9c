export {
  BlueButtonError,
  messageOf,
  systemCodeOf,
  type ErrorCode,
  type ErrorParts,
} from './bluebutton-error.ts';
export { nearestWord } from './nearest-word.ts';
