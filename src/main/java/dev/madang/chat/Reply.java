package dev.madang.chat;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What became of an event that asked for an answer. */
public sealed interface Reply {

  record Answered(List<@Nullable Object> args) implements Reply {}

  record TimedOut() implements Reply {}

  /** The client is gone, and not to be recovered. */
  record Disconnected() implements Reply {}
}
