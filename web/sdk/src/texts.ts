/** Each problem of the client: sentence and what to do, in English and Korean. */
export const texts = {
  left: [
    ['You left.', 'Join again to come back.'],
    ['나갔습니다.', '돌아오려면 다시 참가하세요.'],
  ],
  offline: [
    ['This device is offline.', 'It goes on by itself when the network is back.'],
    ['기기가 오프라인입니다.', '네트워크가 돌아오면 저절로 이어집니다.'],
  ],
  'server-away': [
    ['The server does not answer.', 'It is tried again by itself; check your network if it lasts.'],
    ['서버가 응답하지 않습니다.', '저절로 다시 시도합니다. 계속되면 네트워크를 확인하세요.'],
  ],
  unreachable: [
    ['The server cannot be reached.', 'Check the address and your network, then join again.'],
    ['서버에 연결할 수 없습니다.', '주소와 네트워크를 확인한 뒤 다시 참가하세요.'],
  ],
  'no-answer': [
    ['The server took too long to answer.', 'Try again.'],
    ['서버의 응답이 너무 늦습니다.', '다시 시도하세요.'],
  ],
  'not-connected': [
    ['You are not connected now.', 'Try again when the connection is back.'],
    ['지금은 연결되어 있지 않습니다.', '연결이 돌아오면 다시 시도하세요.'],
  ],
  'not-allowed': [
    ['Your invitation does not allow this.', 'Ask the host for another link.'],
    ['초대 링크가 이것을 허용하지 않습니다.', '진행자에게 다른 링크를 요청하세요.'],
  ],
  'not-delivered': [
    ['The message was not delivered.', 'Join again and send it once more.'],
    ['메시지가 전달되지 않았습니다.', '다시 참가한 뒤 한 번 더 보내세요.'],
  ],
  'too-large': [
    ['This message is too large.', 'Send less at once, or offer it as a file.'],
    ['메시지가 너무 큽니다.', '나누어 보내거나 파일로 공유하세요.'],
  ],
  'messages-missed': [
    ['Some data sent to you was dropped: your connection is too slow for it.', 'It goes on by itself; less of it at once helps.'],
    ['연결이 느려 받을 데이터 일부가 버려졌습니다.', '저절로 이어집니다. 한 번에 더 적게 보내면 나아집니다.'],
  ],
  'no-path': [
    ['No path to {} was found.', 'A firewall may block it; another network or the https address may help.'],
    ['{}에게 가는 경로를 찾지 못했습니다.', '방화벽이 막을 수 있습니다. 다른 네트워크나 https 주소로 시도하세요.'],
  ],
  'no-webrtc': [
    ['This browser cannot make calls.', 'Use a current Chrome, Edge, Firefox or Safari.'],
    ['이 브라우저는 통화를 지원하지 않습니다.', '최신 Chrome, Edge, Firefox, Safari를 사용하세요.'],
  ],
  'no-sealing': [
    ['This browser cannot encrypt end to end.', 'Use a current Chrome, Edge, Firefox or Safari.'],
    ['이 브라우저는 종단간 암호화를 지원하지 않습니다.', '최신 Chrome, Edge, Firefox, Safari를 사용하세요.'],
  ],
  'no-key': [
    ['The key of this room is missing.', 'Open the whole link that you were given.'],
    ['이 방의 열쇠가 빠져 있습니다.', '받은 링크 전체를 여세요.'],
  ],
  'insecure-page': [
    ['Camera and microphone need a secure page.', 'Open the https address of this server; you can watch and chat here.'],
    ['카메라와 마이크는 보안 페이지에서만 쓸 수 있습니다.', '이 서버의 https 주소로 여세요. 여기서는 보기와 채팅이 됩니다.'],
  ],
  'microphone-refused': [
    ['The microphone was refused.', 'Allow it beside the address bar, then switch it on again.'],
    ['마이크 사용이 거부되었습니다.', '주소창 옆에서 허용한 뒤 다시 켜세요.'],
  ],
  'camera-refused': [
    ['The camera was refused.', 'Allow it beside the address bar, then switch it on again.'],
    ['카메라 사용이 거부되었습니다.', '주소창 옆에서 허용한 뒤 다시 켜세요.'],
  ],
  'microphone-missing': [
    ['No microphone was found.', 'Plug one in, then switch it on again.'],
    ['마이크를 찾을 수 없습니다.', '마이크를 연결한 뒤 다시 켜세요.'],
  ],
  'camera-missing': [
    ['No camera was found.', 'Plug one in, then switch it on again.'],
    ['카메라를 찾을 수 없습니다.', '카메라를 연결한 뒤 다시 켜세요.'],
  ],
  'microphone-busy': [
    ['The microphone does not start.', 'Another program may use it: close that, then try again.'],
    ['마이크가 시작되지 않습니다.', '다른 프로그램이 쓰고 있다면 닫고 다시 시도하세요.'],
  ],
  'camera-busy': [
    ['The camera does not start.', 'Another program may use it: close that, then try again.'],
    ['카메라가 시작되지 않습니다.', '다른 프로그램이 쓰고 있다면 닫고 다시 시도하세요.'],
  ],
  'microphone-changed': [
    ['The microphone was unplugged; now using {}.', 'Choose another in the device list if you like.'],
    ['마이크가 분리되어 이제 {}을(를) 씁니다.', '원하면 장치 목록에서 다른 마이크를 고르세요.'],
  ],
  'camera-changed': [
    ['The camera was unplugged; now using {}.', 'Choose another in the device list if you like.'],
    ['카메라가 분리되어 이제 {}을(를) 씁니다.', '원하면 장치 목록에서 다른 카메라를 고르세요.'],
  ],
  'speaker-failed': [
    ['This speaker cannot be used.', 'Choose another; sound stays where it was.'],
    ['이 스피커를 쓸 수 없습니다.', '다른 것을 고르세요. 소리는 그대로 나옵니다.'],
  ],
  'share-unsupported': [
    ['This browser cannot share the screen.', 'Use a browser on a computer.'],
    ['이 브라우저는 화면 공유를 지원하지 않습니다.', '컴퓨터의 브라우저를 사용하세요.'],
  ],
  'share-refused': [
    ['The system does not let this browser record the screen.', 'Allow screen recording for the browser in the system settings.'],
    ['시스템이 이 브라우저의 화면 기록을 막고 있습니다.', '시스템 설정에서 브라우저의 화면 기록을 허용하세요.'],
  ],
  'share-failed': [
    ['The screen cannot be shared.', 'Try again, or choose another window.'],
    ['화면을 공유할 수 없습니다.', '다시 시도하거나 다른 창을 고르세요.'],
  ],
  'file-gone': [
    ['This file is no longer offered.', 'Ask the one who offered it to offer it again.'],
    ['이 파일은 더 이상 제공되지 않습니다.', '보낸 사람에게 다시 공유해 달라고 하세요.'],
  ],
  'file-broken': [
    ['The file arrived damaged.', 'Fetch it again.'],
    ['파일이 손상된 채 도착했습니다.', '다시 받으세요.'],
  ],
  'file-cut': [
    ['The file could not be fetched: the connection broke again and again.', 'Try again later.'],
    ['연결이 자꾸 끊겨 파일을 받지 못했습니다.', '나중에 다시 시도하세요.'],
  ],
  'file-cancelled': [
    ['Fetching the file was cancelled.', 'Fetch it again if you want it.'],
    ['파일 받기가 취소되었습니다.', '원하면 다시 받으세요.'],
  ],
  'file-unreadable': [
    ['The file cannot be read.', 'Check that it still exists and offer it again.'],
    ['파일을 읽을 수 없습니다.', '파일이 있는지 확인하고 다시 공유하세요.'],
  ],
} as const;
