export default {
  'common.madang': 'Madang',
  'common.home': 'To the first page',
  'common.toKorean': '한국어',
  'common.toEnglish': 'English',
  'common.light': 'Light colours',
  'common.dark': 'Dark colours',
  'common.close': 'Close',
  'common.notCopied': 'The browser did not allow copying. Select the address and copy it by hand.',
  'common.skip': 'Skip to the content',
  'common.notFound': 'There is no page here',
  'common.notFoundWhy': 'The address {path} leads nowhere. It may have been cut off when it was copied.',
} as const;
