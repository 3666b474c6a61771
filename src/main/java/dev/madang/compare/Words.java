package dev.madang.compare;

import java.util.Map;

/// What reports say, in English and Korean.
final class Words {
  private Words() {}

  static String workload(Workload workload, boolean korean) {
    return korean ? WORKLOADS.getOrDefault(workload.name(), workload.name()) : workload.name();
  }

  static String lane(Kind lane, boolean korean) {
    return korean ? LANES.getOrDefault(lane, lane.label()) : lane.label();
  }

  /// Where there is little room.
  static String briefly(Kind lane, boolean korean) {
    return switch (lane) {
      case UDP, TCP, WEBSOCKET -> lane.label();
      case SOCKET_IO -> "Socket.IO";
      case POLLING -> korean ? "폴링" : "polling";
      case EVENTS -> "SSE";
      case CHANNEL -> korean ? "DC 신뢰" : "DC reliable";
      case UNORDERED -> korean ? "DC 무순서" : "DC unordered";
      case LOSSY -> korean ? "DC 재전송 없음" : "DC no retransmits";
      case LIFETIME -> "DC 100 ms";
      case MEDIA -> "RTP";
    };
  }

  /// Of a heading, by its English words.
  static String of(String english, boolean korean) {
    return korean ? HEADINGS.getOrDefault(english, english) : english;
  }

  private static final Map<String, String> WORKLOADS =
      Map.of(
          "chat", "채팅",
          "cursor", "커서·게임",
          "voice", "음성",
          "video", "영상",
          "file", "파일",
          "loaded", "파일 전송 중 커서",
          "connect", "연결");

  private static final Map<Kind, String> LANES =
      Map.of(
          Kind.SOCKET_IO, "Socket.IO (WebSocket)",
          Kind.POLLING, "Socket.IO (폴링)",
          Kind.CHANNEL, "데이터 채널(신뢰·순서)",
          Kind.UNORDERED, "데이터 채널(신뢰·무순서)",
          Kind.LOSSY, "데이터 채널(재전송 없음)",
          Kind.LIFETIME, "데이터 채널(수명 100 ms)",
          Kind.MEDIA, "WebRTC 미디어 (RTP)");

  private static final Map<String, String> HEADINGS =
      Map.ofEntries(
          Map.entry("lane", "방식"),
          Map.entry("received", "받음"),
          Map.entry("late", "늦음"),
          Map.entry("lost", "잃음"),
          Map.entry("jitter", "지터"),
          Map.entry("stall", "최장 멈춤"),
          Map.entry("throughput", "처리량"),
          Map.entry("set-up", "연결 시간"),
          Map.entry("server CPU", "서버 CPU"),
          Map.entry("wire", "전송량 비"),
          Map.entry("simulation", "시뮬레이션"),
          Map.entry("model", "모형"),
          Map.entry("Verdicts", "결론"),
          Map.entry("stopped early", "도중에 멈춤"));
}
