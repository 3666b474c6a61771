package dev.madang.chat;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Sees a socket's incoming events before any listener: the official `socket.use`. */
@FunctionalInterface
public interface EventFilter {
  /** Whether the event may go on to its listeners. */
  boolean passes(String event, List<@Nullable Object> args);
}
