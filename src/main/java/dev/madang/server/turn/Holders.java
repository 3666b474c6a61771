package dev.madang.server.turn;

import java.util.LinkedHashMap;
import java.util.SequencedMap;

/// Who holds time-limited credentials that this server handed out: until when, and who may use them
/// no more. A user name cannot change while its allocation lives, so a call that lasts longer than
/// one credential goes on as long as its user fetches new ones. Any thread.
///
/// Times are in seconds since 1970.
final class Holders {
  private final long lifetime;

  /// The latest expiry by user, in its order.
  private final SequencedMap<String, Long> latest = new LinkedHashMap<>();

  /// By user: what ends by then is refused. In that order.
  private final SequencedMap<String, Long> revoked = new LinkedHashMap<>();

  /**
   * @param lifetime of a credential, seconds
   */
  Holders(long lifetime) {
    this.lifetime = lifetime;
  }

  /** When the credential is to end that is handed to this user now. */
  synchronized long issue(String user, long now) {
    // Later than all that were revoked: a user name does not say when it was made.
    long expiry = Math.max(now + lifetime, revoked.getOrDefault(user, 0L) + 1);
    put(latest, user, expiry, now);
    return expiry;
  }

  /** All that was handed to this user until now is void. */
  synchronized void revoke(String user, long now) {
    Long last = latest.remove(user);
    put(revoked, user, Math.max(now + lifetime, last == null ? 0 : last), now);
  }

  /** Whether this user may begin with a credential that ends then, which was found good. */
  synchronized boolean mayBegin(String user, long expiry) {
    return expiry > revoked.getOrDefault(user, 0L);
  }

  /** Whether it may go on with it: until then, or as long as it holds a newer one. */
  synchronized boolean mayGoOn(String user, long expiry, long now) {
    return mayBegin(user, expiry) && (expiry > now || latest.getOrDefault(user, 0L) > now);
  }

  private static void put(SequencedMap<String, Long> map, String user, long until, long now) {
    map.putLast(user, until);
    while (map.firstEntry().getValue() <= now || map.size() > MOST) {
      map.pollFirstEntry();
    }
  }

  private static final int MOST = 100_000;
}
