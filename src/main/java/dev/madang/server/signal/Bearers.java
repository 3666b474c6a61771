package dev.madang.server.signal;

import dev.madang.room.Grant;
import dev.madang.room.Refusal;
import java.nio.file.Path;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/// What the bearer of a token may do in a room, for doors where a token comes with a request: WHIP
/// and WHEP. Immutable; used from any thread.
public final class Bearers {
  /// What a token, or its absence, allows.
  public sealed interface Answer {
    /// @param grant of the token; null where nobody needs one and there is none
    record Welcome(@Nullable Grant grant) implements Answer {
      public boolean maySend() {
        return grant == null || grant.can().publish();
      }

      public boolean mayWatch() {
        return grant == null || grant.can().subscribe();
      }
    }

    record Refused(Refusal why) implements Answer {}
  }

  private final boolean open;
  private final Grants grants;
  private final InstantSource time;

  Bearers(boolean open, Grants grants, InstantSource time) {
    this.open = open;
    this.grants = grants;
    this.time = time;
  }

  /// By the same keys as signaling.
  ///
  /// @param data this install's folder, for its own key
  public static Bearers of(SignalDoor.Config config, Path data) {
    return new Bearers(
        config.open(), GrantKeys.grants(config.keys(), data), InstantSource.system());
  }

  /// @param room as the client wrote it
  /// @param token null when it brought none
  public Answer check(String room, @Nullable String token) {
    if (token == null) {
      return open ? new Answer.Welcome(null) : new Answer.Refused(Refusal.NEEDS_TOKEN);
    }
    return switch (grants.check(token, room, time.instant())) {
      case Grants.Checked.Bad(Refusal why) -> new Answer.Refused(why);
      case Grants.Checked.Good(Grant grant) ->
          grant.expired() ? new Answer.Refused(Refusal.EXPIRED_TOKEN) : new Answer.Welcome(grant);
    };
  }
}
