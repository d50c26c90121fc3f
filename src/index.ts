export {
  ErrorCode,
  ExitCode,
  formatPath,
  formatProblem,
  type Problem,
  SlipwayError,
  SpecError,
  UsageError,
} from './errors.ts';
