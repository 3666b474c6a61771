import type { Language } from '../words/words.svelte.ts';

/** Words of which a room's name is suggested: one of the first, one of the second. Fetched when somebody asks for one. */
export const names: Record<Language, readonly [string, string]> = {
  en: [
    'calm quiet bright early open warm clear gentle golden first high wide',
    'pine river lantern garden magpie persimmon terrace moon breeze bell kite meadow',
  ],
  ko: ['고요한 푸른 밝은 이른 열린 따뜻한 맑은 느긋한 금빛 첫 높은 너른', '소나무 강가 등불 뜰 까치 감나무 평상 달빛 바람 풍경 연 들녘'],
};
