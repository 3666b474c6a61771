import { texts } from './texts';
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
    return problem instanceof MadangError ? problem : new MadangError(problem.code, problem.message, problem.help);
  }
}

/** The client's own problems, in the page's language. */
export type Say = (code: keyof typeof texts, subject?: string) => Problem;

export function problems(language: string | undefined): Say {
  const tongue = (language ?? globalThis.navigator?.language ?? 'en').toLowerCase().startsWith('ko') ? 1 : 0;
  return (code, subject = '') => {
    const [message, help] = texts[code][tongue];
    return { code, message: message.replace('{}', subject), help };
  };
}
