package dev.madang.server.signal;

import dev.madang.chat.Handshake;
import dev.madang.room.SignalMessage.Ended;
import dev.madang.room.SignalMessage.Refused;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What the room says to people, for those who read Korean. The room itself speaks English; codes
/// are the same in every language. Stateless; used from any thread.
public final class Korean {
  private Korean() {}

  private record Words(String message, String help) {}

  /// The client's word counts before the browser's.
  static boolean isSpokenBy(Handshake handshake) {
    Object said = handshake.auth().get("language");
    String language =
        said instanceof String word
            ? word
            : handshake.headers().getOrDefault("accept-language", "");
    return isFirstIn(language);
  }

  /// @param languages as `Accept-Language` has them; null when it is not there
  public static boolean isFirstIn(@Nullable String languages) {
    return languages != null && languages.toLowerCase(Locale.ROOT).startsWith("ko");
  }

  public static Refused say(Refused refused) {
    Words words =
        switch (refused.code()) {
          case NEEDS_TOKEN ->
              new Words("초대가 있어야 들어갈 수 있는 회의입니다.", "받은 링크를 빠짐없이 열거나 진행자에게 초대를 부탁하세요.");
          case BAD_TOKEN -> new Words("올바른 초대가 아닙니다.", "진행자에게 새 링크를 부탁하세요.");
          case EXPIRED_TOKEN -> new Words("기한이 지난 초대입니다.", "진행자에게 새 링크를 부탁하세요.");
          case EARLY_TOKEN -> new Words("아직 쓸 수 없는 초대입니다.", "정해진 시간에 다시 여세요.");
          case WRONG_ROOM -> new Words("다른 방의 초대입니다.", "받은 링크를 바꾸지 말고 그대로 여세요.");
          case BAD_ROOM_NAME ->
              new Words("방 이름은 글자, 숫자, 붙임표, 밑줄, 마침표로 1자에서 64자까지입니다.", "다른 이름을 고르세요.");
          case BAD_NAME -> new Words("이름에는 보이는 글자가 하나는 있어야 합니다.", "이름을 쓰세요.");
          case ROOM_FULL -> new Words("방이 가득 찼습니다.", "누가 나갈 때까지 기다리거나 다른 방을 여세요.");
          case REMOVED -> new Words("이 회의에서 내보내졌습니다.", "실수였다면 초대한 분께 물어보세요.");
          case DECLINED -> new Words("진행자가 들여보내 주지 않았습니다.", "1분 뒤에 다시 두드릴 수 있습니다.");
          case NO_KNOCKING ->
              new Words(
                  "지금 이 방은 문을 두드려야 들어올 수 있어, 프로그램과 재생기는 들어올 수 없습니다.",
                  "진행자에게 방을 열어 달라고 하거나 진행자의 토큰을 쓰세요.");
          case TOO_MANY_KNOCKS -> new Words("문 앞에서 기다리는 사람이 너무 많습니다.", "1분 뒤에 다시 시도하세요.");
          case TOO_MANY_KNOCKS_OF_NETWORK ->
              new Words("같은 네트워크에서 온 사람이 문 앞에 너무 많습니다.", "1분 뒤에 다시 시도하세요.");
          case TOO_MANY_ROOMS -> new Words("서버에 더 열 수 있는 방이 없습니다.", "나중에 다시 시도하세요.");
          case TOO_MANY_ROOMS_OF_NETWORK ->
              new Words("같은 네트워크에서 방을 너무 많이 열었습니다.", "열린 방에 들어가거나, 다른 방이 끝난 뒤 다시 시도하세요.");
          case TOO_MANY_JOINS -> new Words("같은 네트워크에서 너무 자주 들어옵니다.", "1분 뒤에 다시 시도하세요.");
          case NOT_JOINED -> new Words("방에 들어와 있지 않습니다.", "먼저 `join`을 보내세요.");
          case ALREADY_JOINED -> new Words("이 연결은 다른 방에 있습니다.", "먼저 나가거나 연결을 하나 더 여세요.");
          case NOT_HOST -> new Words("진행자만 할 수 있습니다.", "진행자에게 부탁하거나 진행자로 만들어 달라고 하세요.");
          case NOT_ALLOWED -> new Words("받은 초대로는 할 수 없습니다.", "진행자에게 다른 링크를 부탁하세요.");
          case NO_TOKEN_NEEDED -> new Words("열린 방이라 초대가 필요 없습니다.", "방의 링크를 건네세요.");
          case NO_SUCH_PARTICIPANT -> new Words("그런 사람이 여기에 없습니다.", "사람 목록을 보세요.");
          case STALE_INSTANCE ->
              new Words("상대가 페이지를 새로 열었습니다.", "마지막 `participantChanged`의 instance로 새로 협상하세요.");
          case AWAY -> new Words("상대가 다시 연결하는 중이고, 기다리는 것이 이미 많습니다.", "상대가 돌아오면 다시 협상하세요.");
          case NOT_KEPT ->
              new Words(
                  "지금은 보관할 수 없습니다. 서버의 데이터베이스가 답하지 않습니다.",
                  "대기실 설정은 이번 회의 동안 그대로입니다. 1분 뒤에 다시 시도하세요. 까닭은 서버를 운영하는 분이 로그에서 볼 수 있습니다.");
          case TOO_MANY_KEPT ->
              new Words(
                  "이 서버는 더 많은 방의 대화와 대기실을 보관하지 않습니다.",
                  "대기실 설정은 이번 회의 동안 그대로입니다. 서버를 운영하는 분께 물어보고, 나중에 볼 내용은 따로 저장해 두세요.");
          case TOO_MANY_KEPT_OF_NETWORK ->
              new Words(
                  "같은 네트워크의 방을 이미 너무 많이 보관하고 있습니다.",
                  "대기실 설정은 이번 회의 동안 그대로입니다. 필요 없는 방의 대화와 대기실을 끄거나, 서버를 운영하는 분께 물어보세요.");
          case NO_MEDIA -> new Words("이 서버는 소리와 영상을 중계하지 않습니다.", "사람들을 서로 직접 연결하세요.");
          case BAD_DESCRIPTION -> new Words("쓸 수 없는 연결 설명입니다.", "새로 제안하세요.");
          case STALE_OFFER -> new Words("이미 새 제안으로 바뀐 것에 대한 답입니다.", "마지막 `down`에 답하세요.");
          case TOO_FAST -> new Words("너무 빨리 보내고 있습니다.", "잠깐 기다렸다가 다시 보내세요.");
          case TOO_LONG -> new Words("너무 깁니다.", "줄여서 다시 보내세요.");
          // For programmers: they read which field it was.
          case UNKNOWN_MESSAGE, BAD_MESSAGE -> new Words(refused.message(), refused.help());
        };
    return new Refused(refused.code(), words.message(), words.help());
  }

  public static Ended say(Ended ended) {
    Words words =
        switch (ended.code()) {
          case REMOVED -> new Words("회의에서 내보내졌습니다.", "실수였다면 초대한 분께 물어보세요.");
          case ENDED -> new Words("모두의 회의가 끝났습니다.", "이 페이지를 닫아도 됩니다.");
          case REPLACED ->
              new Words("다른 페이지에서 이 회의에 들어왔습니다.", "거기서 계속하세요. 여기로 다시 들어오면 그 페이지가 나갑니다.");
          case DECLINED -> new Words("진행자가 들여보내 주지 않았습니다.", "1분 뒤에 다시 두드릴 수 있습니다.");
          case EMPTY -> new Words("기다리는 동안 모두 나갔습니다.", "다시 들어가면 새 회의가 열립니다.");
          case CLOSING -> new Words("서버가 다시 시작하는 중입니다.", "잠시 뒤에 페이지가 저절로 돌아옵니다.");
          case FAILED -> new Words("서버에서 이 방에 문제가 생겼습니다.", "페이지가 저절로 다시 들어갑니다.");
        };
    return new Ended(ended.code(), words.message(), words.help());
  }
}
