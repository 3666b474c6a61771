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
    // "If the message does not contain a MESSAGE-INTEGRITY or MESSAGE-INTEGRITY-SHA256 attribute,
    // the server MUST generate an error response with an error code of 401 (Unauthenticated). This
    // response MUST include a REALM value. The response MUST include a NONCE, selected by the
    // server."
    if (!request.has(StunAttribute.MessageIntegrity.class)
        && !request.has(StunAttribute.MessageIntegritySha256.class)) {
      throw challenge(401, from, now);
    }
    // "If the message contains a MESSAGE-INTEGRITY or a MESSAGE-INTEGRITY-SHA256 attribute, but is
    // missing either the USERNAME or USERHASH, REALM, or NONCE attribute, the server MUST generate
    // an
    // error response with an error code of 400 (Bad Request)." USERHASH is not served.
    StunAttribute.Username username = request.first(StunAttribute.Username.class);
    StunAttribute.Nonce nonce = request.first(StunAttribute.Nonce.class);
    if (username == null || nonce == null || !request.has(StunAttribute.Realm.class)) {
      throw new Refusal(400, "");
    }
    // "If the NONCE is no longer valid, the server MUST generate an error response with an error
    // code
    // of 438 (Stale Nonce)." The RFC has this last; here it comes before the user is looked up, as
    // who has no nonce of ours has not shown that the address is theirs.
    if (!nonces.holds(nonce.value(), from, now)) {
      throw challenge(438, from, now);
    }
    boolean same = allocation != null && allocation.username.equals(username.value());
    Account account =
        allocation != null && same
            ? goingOn(username.value(), allocation.account)
            : output.account(username.value());
    // "If the value of the USERNAME or USERHASH attribute is not valid, the server MUST generate an
    // error response with an error code of 401"; "If the resulting value does not match the
    // contents
    // of the MESSAGE-INTEGRITY attribute or the MESSAGE-INTEGRITY-SHA256 attribute, the server MUST
    // reject the request with an error response. This response MUST use an error code of 401".
    if (account == null || !StunMessage.isSigned(bytes, offset, length, account.key())) {
      throw challenge(401, from, now);
    }
    // RFC 8656 §5: "All requests after the initial Allocate must use the same username as that used
    // to create the allocation to prevent attackers from hijacking the client's allocation"; for
    // another one a "441 (Wrong Credentials) error". A second Allocate is a 437 whoever asks.
    if (allocation != null && !same && request.method() != StunMessage.ALLOCATE) {
      throw new Refusal(441, "Wrong credentials");
    }
    return new Claim(username.value(), account);
  }

  /// The key was found when the allocation began; whether the user name is "valid" is asked anew.
  private @Nullable Account goingOn(String username, Account account) {
    return output.mayGoOn(username, account) ? account : null;
  }

  private Refusal challenge(int code, Address from, long now) {
    return new Refusal(
        code, "", new StunAttribute.Realm(realm), new StunAttribute.Nonce(nonces.make(from, now)));
  }
}
