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
  const tongue = tongueOf(language) === 'ko' ? 1 : 0;
  return (code, subject = '') => {
    const [message, help] = texts[code][tongue];
    return { code, message: message.replace('{}', () => subject), help };
  };
}

/** The language of sentences: what the page asked for, otherwise the browser's, if we speak it. */
export function tongueOf(language: string | undefined): 'en' | 'ko' {
  return /^ko/i.test(language ?? globalThis.navigator?.language) ? 'ko' : 'en';
}
