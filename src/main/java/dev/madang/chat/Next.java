package dev.madang.chat;

import org.jspecify.annotations.Nullable;

/// What a middleware says. Only the first word counts. Lives on home.
public final class Next {
  private final Namespace namespace;
  private final Socket socket;
  private final int step;
  private boolean said;

  Next(Namespace namespace, Socket socket, int step) {
    this.namespace = namespace;
    this.socket = socket;
    this.step = step;
  }

  /** Lets the client pass to the next middleware, or in. */
  public void proceed() {
    if (!said) {
      said = true;
      namespace.ask(socket, step + 1);
    }
  }

  public void refuse(String message) {
    refuse(message, null);
  }

  /** Keeps the client out; it sees a `connect_error` with this message and this data. */
  public void refuse(String message, @Nullable Object data) {
    if (!said) {
      said = true;
      socket.refuse(message, data);
    }
  }
}
