package dev.madang.server.http;

/// What a route does with a request. Called on the exchange's loop; must not block it.
///
/// Whatever it throws ends this exchange alone: a [dev.madang.wire.ProtocolException] is answered
/// 400 with its sentence, anything else 500 and a stack trace in the log.
@FunctionalInterface
public interface Handler {
  void handle(Exchange exchange);
}
