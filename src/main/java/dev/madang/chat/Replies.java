package dev.madang.chat;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What became of a broadcast that asked for answers.
///
/// @param answers the first argument of each answer, in the order they came
/// @param missing how many clients did not answer in time
public record Replies(List<@Nullable Object> answers, int missing) {
  public boolean complete() {
    return missing == 0;
  }
}
