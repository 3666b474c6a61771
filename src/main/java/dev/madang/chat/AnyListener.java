package dev.madang.chat;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Hears every event, before the listeners of its name. */
@FunctionalInterface
public interface AnyListener {
  void heard(String event, List<@Nullable Object> args, Ack ack);
}
