package dev.madang.wire;

/// A far end broke the rules of its protocol. Caught once, at the door: that session ends with
/// [#getMessage()] as the reason and everybody else goes on.
///
/// It carries no stack trace, because a stranger decides how often it is thrown.
public class ProtocolException extends RuntimeException {
  public ProtocolException(String message) {
    super(message, null, false, false);
  }
}
