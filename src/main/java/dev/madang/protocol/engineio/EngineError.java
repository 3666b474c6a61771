package dev.madang.protocol.engineio;

/// How a request that no session can take is refused: the status, and a body
/// `{"code":1,"message":"Session ID unknown"}`.
public enum EngineError {
  UNKNOWN_TRANSPORT(400, "Transport unknown"),
  UNKNOWN_SID(400, "Session ID unknown"),
  BAD_HANDSHAKE_METHOD(400, "Bad handshake method"),
  BAD_REQUEST(400, "Bad request"),
  FORBIDDEN(403, "Forbidden"),
  UNSUPPORTED_PROTOCOL_VERSION(400, "Unsupported protocol version");

  private final int status;
  private final String message;

  EngineError(int status, String message) {
    this.status = status;
    this.message = message;
  }

  public int status() {
    return status;
  }

  public String message() {
    return message;
  }

  /// The code is the place in this list.
  @SuppressWarnings("EnumOrdinal")
  public String json() {
    return "{\"code\":" + ordinal() + ",\"message\":\"" + message + "\"}";
  }
}
