package dev.madang.server.http;

import dev.madang.wire.ProtocolException;

/// A request that is answered with an error status and ends its connection.
final class HttpRefusal extends ProtocolException {
  final int status;

  HttpRefusal(int status, String sentence) {
    super(sentence);
    this.status = status;
  }
}
