package dev.madang.server.signal;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.madang.room.Grant;
import dev.madang.room.Names;
import dev.madang.room.Refusal;
import dev.madang.room.SignalMessage.Permissions;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.text.Normalizer;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.Date;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Tokens that let somebody into a room: made and checked. A token is a JWT (RFC 7519) signed by
/// HS256 with one of this server's keys, and by nothing else: what its header proposes (another
/// algorithm, a key to fetch, a certificate) is not listened to. Immutable; used from any thread.
///
/// | claim | is |
/// |---|---|
/// | `room` | a room's name, or a pattern in which `*` stands for anything |
/// | `exp` | when it ends; has to be there |
/// | `nbf` | when it begins |
/// | `sub` | whom it is made out to; without it anybody may use it |
/// | `name` | what others read |
/// | `can` | list of `publish`, `subscribe`, `send`, `moderate`; without it all but `moderate` |
/// | `jti` | its own name |
public final class Grants {

  /// What a token turned out to be.
  sealed interface Checked {
    record Good(Grant grant) implements Checked {}

    record Bad(Refusal why) implements Checked {}
  }

  /// What to write into a new token.
  public record Wish(
      String room,
      @Nullable String identity,
      @Nullable String name,
      Permissions can,
      String id,
      @Nullable Instant from,
      Instant until) {}

  private final Map<String, byte[]> secrets;
  private final Map<String, MACVerifier> verifiers = new LinkedHashMap<>();

  /// @param secrets by key id, of at least 32 bytes each; new tokens are signed with the first
  Grants(Map<String, byte[]> secrets) {
    this.secrets = new LinkedHashMap<>(secrets);
    try {
      for (var secret : secrets.entrySet()) {
        verifiers.put(secret.getKey(), new MACVerifier(secret.getValue()));
      }
    } catch (JOSEException tooShort) {
      throw new IllegalArgumentException("a key needs at least 32 bytes", tooShort);
    }
  }

  /** Whether this token lets its bearer into this room now. */
  Checked check(String token, String room, Instant now) {
    try {
      SignedJWT jwt = SignedJWT.parse(token);
      return isOurs(jwt)
          ? check(jwt.getJWTClaimsSet(), token, room, now)
          : new Checked.Bad(Refusal.BAD_TOKEN);
    } catch (ParseException | JOSEException | RuntimeException rubbish) {
      return new Checked.Bad(Refusal.BAD_TOKEN);
    }
  }

  /** The token that says so. */
  public String issue(Wish wish) {
    var key = secrets.entrySet().iterator().next();
    var claims =
        new JWTClaimsSet.Builder()
            .claim("room", wish.room())
            .subject(wish.identity())
            .claim("name", wish.name())
            .claim("can", words(wish.can()))
            .jwtID(wish.id())
            .notBeforeTime(wish.from() == null ? null : Date.from(wish.from()))
            .expirationTime(Date.from(wish.until()))
            .build();
    var header = new JWSHeader.Builder(JWSAlgorithm.HS256).keyID(key.getKey()).build();
    try {
      var jwt = new SignedJWT(header, claims);
      jwt.sign(new MACSigner(key.getValue()));
      return jwt.serialize();
    } catch (JOSEException broken) {
      throw new IllegalStateException(broken);
    }
  }

  /** A name for a new token that no other has. */
  static String freshId() {
    byte[] random = new byte[12];
    RANDOM.nextBytes(random);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(random);
  }

  /// The verifier compares in constant time. A token without `kid` may be by any of our keys.
  private boolean isOurs(SignedJWT jwt) throws JOSEException {
    JWSHeader header = jwt.getHeader();
    if (!header.getAlgorithm().equals(JWSAlgorithm.HS256) || proposesAKey(header)) {
      return false;
    }
    String id = header.getKeyID();
    if (id != null) {
      MACVerifier verifier = verifiers.get(id);
      return verifier != null && jwt.verify(verifier);
    }
    for (MACVerifier verifier : verifiers.values()) {
      if (jwt.verify(verifier)) {
        return true;
      }
    }
    return false;
  }

  /// RFC 8725, 3.10: "applications MUST NOT blindly follow" `jku` and `x5u`. We follow none, and
  /// want no token that hopes we do. `crit` names extensions, of which we understand none.
  private static boolean proposesAKey(JWSHeader header) {
    return Stream.of(
            header.getJWKURL(),
            header.getJWK(),
            header.getX509CertURL(),
            header.getX509CertChain(),
            header.getX509CertSHA256Thumbprint(),
            header.getCriticalParams())
        .anyMatch(proposal -> proposal != null && !isEmpty(proposal));
  }

  private static boolean isEmpty(Object proposal) {
    return proposal instanceof Collection<?> list && list.isEmpty();
  }

  private static Checked check(JWTClaimsSet claims, String token, String room, Instant now)
      throws ParseException {
    Date until = claims.getExpirationTime();
    Date from = claims.getNotBeforeTime();
    String pattern = claims.getStringClaim("room");
    String identity = claims.getSubject();
    if (until == null || pattern == null || !isFit(identity)) {
      return new Checked.Bad(Refusal.BAD_TOKEN);
    } else if (!matches(pattern, room)) {
      return new Checked.Bad(Refusal.WRONG_ROOM);
    } else if (from != null && from.toInstant().isAfter(now.plus(CLOCKS_DIFFER))) {
      return new Checked.Bad(Refusal.EARLY_TOKEN);
    }
    boolean expired = !until.toInstant().isAfter(now.minus(CLOCKS_DIFFER));
    String id = claims.getJWTID();
    return new Checked.Good(
        new Grant(
            id != null ? "jti " + id : "hash " + hash(token),
            identity,
            claims.getStringClaim("name"),
            permissions(claims.getStringListClaim("can")),
            until.toInstant().toEpochMilli(),
            expired));
  }

  /** Identities that begin with `~` are those of tabs without a token. */
  private static boolean isFit(@Nullable String identity) {
    return identity == null
        || identity.length() <= 128 && !identity.startsWith("~") && Names.fit(identity);
  }

  /// @param room as its client wrote it
  private static boolean matches(String pattern, String room) {
    String name = Names.room(room);
    // Many stars would make matching slow; nobody needs them.
    if (name == null || pattern.chars().filter(c -> c == '*').count() > 4) {
      return false;
    }
    String regex =
        Stream.of(Normalizer.normalize(pattern, Normalizer.Form.NFC).split("\\*", -1))
            .map(part -> Pattern.quote(part.toLowerCase(Locale.ROOT)))
            .collect(Collectors.joining(".*"));
    return Pattern.matches(regex, name);
  }

  private static Permissions permissions(@Nullable List<String> words) {
    return words == null
        ? new Permissions(true, true, true, false)
        : new Permissions(
            words.contains("publish"),
            words.contains("subscribe"),
            words.contains("send"),
            words.contains("moderate"));
  }

  private static List<String> words(Permissions can) {
    var words = new ArrayList<String>();
    if (can.publish()) {
      words.add("publish");
    }
    if (can.subscribe()) {
      words.add("subscribe");
    }
    if (can.send()) {
      words.add("send");
    }
    if (can.moderate()) {
      words.add("moderate");
    }
    return words;
  }

  private static String hash(String token) {
    try {
      byte[] text = token.getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Duration CLOCKS_DIFFER = Duration.ofSeconds(5);
}
