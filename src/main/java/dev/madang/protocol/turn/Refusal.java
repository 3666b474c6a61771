package dev.madang.protocol.turn;

import dev.madang.protocol.stun.StunAttribute;
import dev.madang.wire.ProtocolException;
import java.util.ArrayList;
import java.util.List;

/** Why a request is not granted: becomes an error response. */
final class Refusal extends ProtocolException {
  final int code;
  final List<StunAttribute> attributes = new ArrayList<>();

  Refusal(int code, String reason, StunAttribute... more) {
    super(reason);
    this.code = code;
    attributes.add(new StunAttribute.ErrorCode(code, reason));
    attributes.addAll(List.of(more));
  }
}
