package dev.madang.protocol.turn;

import dev.madang.protocol.stun.StunAttribute;
import dev.madang.protocol.stun.StunMessage;
import dev.madang.wire.Address;
import org.jspecify.annotations.Nullable;

/// Who is asking. Strangers get a challenge here and leave nothing behind. Lives on the loop of its
/// [TurnServer].
final class Gate {
  private final String realm;
  private final Nonces nonces;
  private final TurnServer.Output output;

  Gate(String realm, Nonces nonces, TurnServer.Output output) {
    this.realm = realm;
    this.nonces = nonces;
    this.output = output;
  }

  /** A user name with its proven owner. */
  record Claim(String username, Account account) {}

  /// The long-term credential mechanism, RFC 8489 §9.2.4, step by step. The reasons are left empty:
  /// these answers go to strangers, and every byte counts against us.
  Claim authenticate(
      StunMessage request,
      Address from,
      @Nullable Allocation allocation,
      byte[] bytes,
      int offset,
      int length,
      long now) {
    // "If the message does not contain a MESSAGE-INTEGRITY [...] 401 (Unauthenticated) [...] MUST
    // include a REALM [...] MUST include a NONCE".
    if (!request.has(StunAttribute.MessageIntegrity.class)
        && !request.has(StunAttribute.MessageIntegritySha256.class)) {
      throw challenge(401, from, now);
    }
    // "If the message contains a MESSAGE-INTEGRITY [...] but is missing [...] USERNAME [...] REALM,
    // or NONCE [...] 400 (Bad Request)".
    StunAttribute.Username username = request.first(StunAttribute.Username.class);
    StunAttribute.Nonce nonce = request.first(StunAttribute.Nonce.class);
    if (username == null || nonce == null || !request.has(StunAttribute.Realm.class)) {
      throw new Refusal(400, "");
    }
    // "If the NONCE is no longer valid [...] 438 (Stale Nonce)". Before the user is looked up: who
    // has no nonce of ours has not shown that the address is theirs.
    if (!nonces.holds(nonce.value(), from, now)) {
      throw challenge(438, from, now);
    }
    // RFC 8656 §5: "all requests [...] MUST use the same username as that used to create the
    // allocation [...] 441 (Wrong Credentials)".
    boolean same = allocation != null && allocation.username.equals(username.value());
    Account account =
        allocation != null && same ? allocation.account : output.account(username.value());
    // "If the USERNAME is not valid [...] 401"; "If the MESSAGE-INTEGRITY is not equal [...] 401".
    if (account == null || !StunMessage.isSigned(bytes, offset, length, account.key())) {
      throw challenge(401, from, now);
    }
    if (allocation != null && !same) {
      throw new Refusal(441, "Wrong credentials");
    }
    return new Claim(username.value(), account);
  }

  private Refusal challenge(int code, Address from, long now) {
    return new Refusal(
        code, "", new StunAttribute.Realm(realm), new StunAttribute.Nonce(nonces.make(from, now)));
  }
}
