import type { Problem } from './types';

/** What a refused promise carries: code, sentence, help. */
export class MadangError extends Error implements Problem {
  override readonly name = 'MadangError';

  constructor(
    readonly code: string,
    message: string,
    readonly help: string,
  ) {
    super(message);
  }

  static of(problem: Problem): MadangError {
    return new MadangError(problem.code, problem.message, problem.help);
  }
}
