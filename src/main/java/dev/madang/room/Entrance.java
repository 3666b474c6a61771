package dev.madang.room;

import dev.madang.wire.Address;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The door of a room: open, with a lobby, or locked; who knocks, who was declined, who is banned.
/// Pure.
final class Entrance {
  private final int mostKnocks;
  private final int mostOfNetwork;
  private final Map<String, Visitor> knocking = new LinkedHashMap<>();
  private final Map<String, Long> declinedUntil = new LinkedHashMap<>();
  private final Bans bans = new Bans();
  private boolean lobby;
  private boolean locked;

  /// @param lobby whether it begins with it on
  /// @param bans who was removed from meetings before
  Entrance(Limits limits, boolean lobby, List<String> bans) {
    mostKnocks = limits.knocks();
    mostOfNetwork = limits.knocksPerAddress();
    this.lobby = lobby;
    this.bans.addAll(bans);
  }

  Entrance(Limits limits) {
    this(limits, limits.lobby(), List.of());
  }

  boolean lobby() {
    return lobby;
  }

  boolean locked() {
    return locked;
  }

  /** Returns whether that is news. */
  boolean setLobby(boolean on) {
    boolean news = lobby != on;
    lobby = on;
    return news;
  }

  /** Returns whether that is news. */
  boolean lock(boolean on) {
    boolean news = locked != on;
    locked = on;
    return news;
  }

  boolean open() {
    return !lobby && !locked;
  }

  /// Whether somebody has to wait for a host's word.
  ///
  /// @param wasIn it was let in before
  /// @param empty nobody is there to let it in: those who all left a locked room by mistake may
  ///   come back
  boolean stops(Visitor visitor, boolean wasIn, boolean empty) {
    if (visitor.moderates()) {
      return false;
    }
    return locked ? !(wasIn && empty) : lobby && !wasIn;
  }

  boolean banned(Visitor visitor) {
    return bans.hit(visitor.identity(), visitor.device(), visitor.grant(), visitor.program());
  }

  boolean bans(Participant participant) {
    return bans.hit(
        participant.identity, participant.device, participant.grant, participant.program);
  }

  /** Returns the words by which it is known again. */
  List<String> ban(Participant participant) {
    return bans.add(participant);
  }

  void ban(List<String> words) {
    bans.addAll(words);
  }

  List<String> banned() {
    return bans.words();
  }

  /** Why this visitor may not even knock. */
  @Nullable Refusal refusesKnock(Visitor visitor, long now) {
    Long declined = declinedUntil.get(visitor.device());
    if (declined != null && declined - now > 0) {
      return Refusal.DECLINED;
    }
    if (knocking.containsKey(visitor.identity())) {
      return null;
    } else if (knocking.size() >= mostKnocks) {
      return Refusal.TOO_MANY_KNOCKS;
    }
    return isCrowded(visitor.network()) ? Refusal.TOO_MANY_KNOCKS_OF_NETWORK : null;
  }

  private boolean isCrowded(Address network) {
    return mostOfNetwork > 0
        && knocking.values().stream().filter(other -> other.network().equals(network)).count()
            >= mostOfNetwork;
  }

  /** Returns the same person's knock before this one. */
  @Nullable Visitor knock(Visitor visitor) {
    return knocking.put(visitor.identity(), visitor);
  }

  @Nullable Visitor knocks(String identity) {
    return knocking.get(identity);
  }

  @Nullable Visitor stopKnocking(String identity) {
    return knocking.remove(identity);
  }

  Collection<Visitor> knocking() {
    return List.copyOf(knocking.values());
  }

  void decline(Visitor visitor, long now) {
    declinedUntil.values().removeIf(until -> until - now <= 0);
    if (declinedUntil.size() < MOST_DECLINED) {
      declinedUntil.put(visitor.device(), now + DECLINED_FOR);
    }
  }

  void clear() {
    knocking.clear();
  }

  private static final long DECLINED_FOR = 60_000_000_000L;
  private static final int MOST_DECLINED = 1000;
}
