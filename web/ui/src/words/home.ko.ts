import type en from './home.en.ts';

export default {
  'home.title': '마당 · 열린 만남의 자리',
  'home.lead': '사람이 모이는 열린 마당.',
  'home.body':
    '방에 이름을 붙이고 링크를 건네세요. 링크를 연 사람과 바로 얼굴을 보며 이야기할 수 있어요. 계정도 설치도 필요 없어요.',
  'home.room': '방 이름',
  'home.roomHint': '어느 나라 글자든 글자와 숫자, - _ . 를 쓸 수 있어요.',
  'home.roomExample': '아침-차-한잔',
  'home.meet': '만나기',
  'home.suggest': '이름 추천',
  'home.missing': '방 이름을 쓰거나 ‘이름 추천’을 누르세요.',
  'home.badName': '방 이름에는 글자와 숫자, - _ . 만 쓸 수 있어요. 빼야 할 것: {signs}',
  'home.tooLong': '이름이 64자보다 길어요. 줄여 주세요.',
  'home.recent': '최근에 간 방',
  'home.forget': '이 목록 지우기',
  'home.forgotten': '최근 방 목록을 지웠어요.',
  'home.onlyHere': '이 기기에만 기억해요.',
  'home.insecure': '이 주소에서는 보고 채팅할 수 있지만 말할 수는 없어요',
  'home.insecureWhy':
    '브라우저는 보안 연결에서만 카메라와 마이크를 허용하는데, 이 페이지는 일반 http로 열렸어요.',
  'home.openSecure': '{host} 열기',
  'home.trustSteps': '이 기기가 이 주소를 믿게 하는 방법',
  'home.check': '여기서 잘 되나요?',
  'home.compare': '여기서 WebSocket과 WebRTC 비교하기',
  'home.closedWhy': '이곳의 방은 초대 링크로만 열려요. 운영하는 분께 링크를 부탁하세요. 방에 있는 사람과 서로 보고 들어요.',
} satisfies Record<keyof typeof en, string>;
