import type { Problem, State } from './types';

/** What can happen to a participation. */
export type Happening =
  | { is: 'admitted' }
  | { is: 'waiting'; locked: boolean }
  /** The way to the server is cut. */
  | { is: 'cut'; problem: Problem }
  /** It is over, for this reason. */
  | { is: 'over'; problem: Problem };

/** The one state machine: see `State`. Returns the same object when nothing changes. */
export function next(state: State, happening: Happening): State {
  if (state.name === 'lost') return state;
  switch (happening.is) {
    case 'admitted':
      return state.name === 'connected' ? state : { name: 'connected' };
    case 'waiting':
      return state.name === 'waiting' && state.locked === happening.locked ? state : { name: 'waiting', locked: happening.locked };
    case 'cut':
      return because(state.name === 'connecting' ? 'connecting' : 'reconnecting', happening.problem, state);
    case 'over':
      return because('lost', happening.problem, state);
  }
}

function because(name: State['name'], problem: Problem, before: State): State {
  if (before.name === name && before.code === problem.code) return before;
  return { name, code: problem.code, message: problem.message, help: problem.help };
}
