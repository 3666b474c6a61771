package dev.madang.protocol.engineio;

/** Why a session ended, in the official server's words. */
public enum CloseReason {
  TRANSPORT_CLOSE("transport close"),
  TRANSPORT_ERROR("transport error"),
  PING_TIMEOUT("ping timeout"),
  PARSE_ERROR("parse error"),
  FORCED("forced close"),
  SLOW("too slow"),
  SHUTTING_DOWN("server shutting down");

  private final String words;

  CloseReason(String words) {
    this.words = words;
  }

  public String words() {
    return words;
  }
}
