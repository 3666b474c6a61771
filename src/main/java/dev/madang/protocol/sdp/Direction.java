package dev.madang.protocol.sdp;

/** Which way media flows, seen from whoever wrote it (RFC 8866 §6.7). */
public enum Direction {
  SENDRECV("sendrecv"),
  SENDONLY("sendonly"),
  RECVONLY("recvonly"),
  INACTIVE("inactive");

  private final String word;

  Direction(String word) {
    this.word = word;
  }

  public boolean sends() {
    return this == SENDRECV || this == SENDONLY;
  }

  public boolean receives() {
    return this == SENDRECV || this == RECVONLY;
  }

  static Direction of(boolean sends, boolean receives) {
    return sends ? receives ? SENDRECV : SENDONLY : receives ? RECVONLY : INACTIVE;
  }

  @Override
  public String toString() {
    return word;
  }
}
