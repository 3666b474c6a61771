package dev.madang.protocol.turn;

import dev.madang.protocol.stun.IntegrityKey;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/// Who may allocate: users with a password, and holders of a time-limited credential, which the
/// server hands out without remembering it. Immutable; any thread.
///
/// A time-limited user name is `expiry:identity` (expiry in seconds since 1970), its password the
/// Base64 of HMAC-SHA1 over the user name under the shared secret: the scheme that TURN servers
/// call "REST API" or "use-auth-secret".
public final class Credentials {
  private final String realm;
  private final String secret;
  private final Map<String, String> users;

  /// @param secret of the time-limited ones; empty = there are none
  /// @param users name to password
  public Credentials(String realm, String secret, Map<String, String> users) {
    this.realm = realm;
    this.secret = secret;
    this.users = Map.copyOf(users);
  }

  /** A user name and password as a client is told them. */
  public record Issued(String username, String password) {
    @Override
    public String toString() {
      return "a credential for " + username;
    }
  }

  /// A credential for `identity` until `expiry`.
  ///
  /// @param expiry in seconds since 1970
  public Issued issue(String identity, long expiry) {
    if (secret.isEmpty()) {
      throw new IllegalStateException("there is no shared secret");
    }
    String username = expiry + ":" + identity;
    return new Issued(username, password(username));
  }

  /// Whom a user name stands for, or null when nobody, or not any more.
  ///
  /// @param unixSeconds the time, in seconds since 1970
  public @Nullable Account account(String username, long unixSeconds) {
    String password = users.get(username);
    if (password != null) {
      return new Account(username, IntegrityKey.longTerm(username, realm, password));
    }
    long expiry = expiry(username);
    if (secret.isEmpty() || expiry <= unixSeconds) {
      return null;
    }
    int colon = username.indexOf(':');
    String identity = colon < 0 ? username : username.substring(colon + 1);
    return new Account(identity, IntegrityKey.longTerm(username, realm, password(username)));
  }

  /// When a user name ends, in seconds since 1970; `Long.MAX_VALUE` for a user with a password.
  public long ends(String username) {
    return users.containsKey(username) ? Long.MAX_VALUE : expiry(username);
  }

  /** The digits before the first colon, or -1. */
  private static long expiry(String username) {
    int colon = username.indexOf(':');
    int end = colon < 0 ? username.length() : colon;
    if (end == 0 || end > MAX_DIGITS) {
      return -1;
    }
    long value = 0;
    for (int i = 0; i < end; i++) {
      char digit = username.charAt(i);
      if (digit < '0' || digit > '9') {
        return -1;
      }
      value = value * 10 + (digit - '0');
    }
    return value;
  }

  private String password(String username) {
    try {
      Mac mac = Mac.getInstance("HmacSHA1");
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA1"));
      return Base64.getEncoder()
          .encodeToString(mac.doFinal(username.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static final int MAX_DIGITS = 12;
}
