package dev.madang.server.http;

import dev.madang.wire.ProtocolException;

/// A far end broke RFC 6455 or a limit; `code` goes into the close frame.
final class WebSocketFailure extends ProtocolException {
  final int code;

  WebSocketFailure(int code, String reason) {
    super(reason);
    this.code = code;
  }
}
