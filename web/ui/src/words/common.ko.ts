import type en from './common.en.ts';

export default {
  'common.madang': '마당',
  'common.home': '첫 화면으로',
  'common.toKorean': '한국어',
  'common.toEnglish': 'English',
  'common.light': '밝은 색',
  'common.dark': '어두운 색',
  'common.close': '닫기',
  'common.notCopied': '브라우저가 복사를 허용하지 않았어요. 주소를 선택해서 직접 복사하세요.',
  'common.skip': '본문으로 건너뛰기',
  'common.notFound': '여기에는 페이지가 없어요',
  'common.notFoundWhy': '{path} 주소로는 갈 곳이 없어요. 복사할 때 일부가 잘렸을 수 있어요.',
} satisfies Record<keyof typeof en, string>;
