package dev.madang.server.socketio;

import dev.madang.protocol.engineio.EngineSession;
import dev.madang.server.http.Exchange;

/** A GET that waits for something to carry. Lives on home. */
final class EnginePoll implements EngineSession.Poll {
  private final Exchange exchange;

  EnginePoll(Exchange exchange) {
    this.exchange = exchange;
  }

  @Override
  public void answer(byte[] payload, boolean binary) {
    exchange.respond(
        200,
        binary ? "application/octet-stream" : "text/plain; charset=UTF-8",
        payload,
        "cache-control",
        "no-store");
  }
}
