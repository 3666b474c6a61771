package dev.madang.room;

import dev.madang.wire.Address;
import org.jspecify.annotations.Nullable;

/// Somebody at a room's door: who it is has been found out, whether it may come in not yet.
///
/// @param device which browser, as a pseudonym
/// @param network whence it came, as limits count
/// @param program whether it is no person but a program that sends or a player that watches
/// @param hears of a program, whether it receives and reads too
record Visitor(
    long connection,
    String identity,
    String device,
    String name,
    String instance,
    Address network,
    @Nullable Grant grant,
    boolean program,
    boolean hears) {

  boolean moderates() {
    return grant != null && grant.can().moderate();
  }

  /** The same person, who now says so over this connection. */
  Visitor over(long newer) {
    return new Visitor(newer, identity, device, name, instance, network, grant, program, hears);
  }
}
