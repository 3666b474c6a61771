package dev.madang.room;

import dev.madang.room.SignalMessage.Permissions;
import org.jspecify.annotations.Nullable;

/// What a checked token allows its bearer in one room.
///
/// @param id the token's own name, for bans
/// @param identity who the bearer is; null for a link that anybody may use: the tab's secret
///   decides then
/// @param name what others read, unless the bearer says another
/// @param until when it ends, milliseconds since 1970
/// @param expired it was good once: enough to come back to a place that is still kept, no more
public record Grant(
    String id,
    @Nullable String identity,
    @Nullable String name,
    Permissions can,
    long until,
    boolean expired) {

  /** Whether it was made out to one person, so that banning it hits nobody else. */
  boolean personal() {
    return identity != null;
  }
}
