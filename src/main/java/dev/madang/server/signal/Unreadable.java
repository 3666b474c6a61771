package dev.madang.server.signal;

import dev.madang.room.SignalMessage.Refused;

/// A client's message that is not one: carries the answer. Stackless, since strangers cause it.
final class Unreadable extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final transient Refused refused;

  Unreadable(Refused refused) {
    super(refused.message(), null, false, false);
    this.refused = refused;
  }

  Refused refused() {
    return refused;
  }
}
