package dev.madang.protocol.sdp;

/** Who begins the DTLS handshake (RFC 4145 §4, RFC 8842 §5): the active side is the client. */
public enum Setup {
  ACTIVE("active"),
  PASSIVE("passive"),
  ACTPASS("actpass"),
  HOLDCONN("holdconn");

  private final String word;

  Setup(String word) {
    this.word = word;
  }

  @Override
  public String toString() {
    return word;
  }
}
