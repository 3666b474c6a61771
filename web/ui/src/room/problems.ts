import { say, type Key } from '../words/words.svelte.ts';

/** A failure in the reader's language: what happened, who is affected, what to press. */
export type Words = { title: string; why: string };

/** Why somebody is not in the room, by the codes of the client and the server. */
export function lostWords(problem: { code?: string; message?: string; help?: string }, room: string): Words {
  const known = lost[problem.code ?? ''];
  if (known !== undefined) {
    return { title: say(known[0], { room }), why: say(known[1], { room }) };
  }
  return { title: say('lost.unknown'), why: told(problem) };
}

/** Sentence and help as they were told, when we have no words of our own. */
export function told(problem: { message?: string; help?: string }): string {
  return [problem.message, problem.help].filter((part) => part).join(' ');
}

const lost: Record<string, [Key, Key]> = {
  left: ['lost.left', 'lost.leftWhy'],
  stopped: ['lost.stopped', 'lost.stoppedWhy'],
  removed: ['lost.removed', 'lost.removedWhy'],
  ended: ['lost.ended', 'lost.endedWhy'],
  replaced: ['lost.replaced', 'lost.replacedWhy'],
  declined: ['lost.declined', 'lost.declinedWhy'],
  empty: ['lost.empty', 'lost.emptyWhy'],
  unreachable: ['lost.unreachable', 'lost.unreachableWhy'],
  'bad-name': ['lost.badName', 'lost.badNameWhy'],
  'room-full': ['lost.full', 'lost.fullWhy'],
  'needs-token': ['lost.needsToken', 'lost.needsTokenWhy'],
  'bad-token': ['lost.token', 'lost.tokenWhy'],
  'expired-token': ['lost.expired', 'lost.expiredWhy'],
  'early-token': ['lost.early', 'lost.earlyWhy'],
  'wrong-room': ['lost.wrongRoom', 'lost.wrongRoomWhy'],
  'too-many-knocks': ['lost.crowd', 'lost.crowdWhy'],
  'too-many-rooms': ['lost.crowd', 'lost.crowdWhy'],
  'too-many-knocks-of-network': ['lost.network', 'lost.networkWhy'],
  'too-many-rooms-of-network': ['lost.network', 'lost.networkWhy'],
  'too-many-joins': ['lost.network', 'lost.networkWhy'],
  'origin-not-allowed': ['lost.origin', 'lost.originWhy'],
  broken: ['lost.broken', 'lost.brokenWhy'],
  failed: ['lost.broken', 'lost.brokenWhy'],
};

/** Whether coming again by the same link can help. */
export function canComeBack(code: string | undefined): boolean {
  return !['removed', 'bad-token', 'expired-token', 'needs-token', 'wrong-room'].includes(code ?? '');
}
